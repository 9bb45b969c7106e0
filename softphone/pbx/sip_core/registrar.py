"""REGISTER (RFC 3261 10.3): several contacts, Expires and expires=, removal, 423, and the bindings saved."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from softphone.pbx.ports import Binding, SipDevice
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.location import MAX_DEVICES, Location, udp_destination
from softphone.pbx.sip_core.malformed import Malformed
from softphone.pbx.sip_core.messages import clean, raw_header, value
from softphone.pbx.sip_core.timings import Timings
from softphone.pbx.sip_core.transactions import TransactionLayer

_log = logging.getLogger(__name__)
_MAX_IN_REQUEST = 10
_MAX_URI = 500  # characters


class Registrar:
    """Answers an authenticated device's REGISTER."""

    def __init__(
        self,
        layer: TransactionLayer,
        location: Location,
        udp_flow: Callable[[tuple[str, int]], Flow],
        timings: Timings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._layer, self._location, self._udp_flow = layer, location, udp_flow
        self._timings, self._clock = timings, clock

    def register(self, request: Any, transaction: Any, flow: Flow, device: SipDevice) -> None:
        if request.getHFBody("to").getUrl().username != device.extension:
            self._layer.reply(transaction, 403, "Not Your Address Of Record")
            return
        contacts = request.getHFBodys("contact")
        if any(contact.asterisk for contact in contacts):
            self._remove_all(request, device, contacts)
        elif contacts:
            wanted = [(contact, self._expires(request, contact)) for contact in contacts]
            if any(0 < seconds < self._timings.min_expires for _, seconds in wanted):
                least = raw_header("Min-Expires", str(self._timings.min_expires))
                self._layer.reply(transaction, 423, "Interval Too Brief", headers=(least,))
                return
            if len(contacts) > _MAX_IN_REQUEST or any(len(str(contact.getUrl())) > _MAX_URI for contact in contacts):
                raise Malformed("Too Many Contacts Or Too Long")
            devices = self._location.devices(device.extension)
            adds = any(seconds for _, seconds in wanted)
            if adds and device.device_id not in devices and len(devices) >= MAX_DEVICES:
                self._layer.reply(transaction, 403, "Too Many Devices")
                return
            self._update(request, flow, device, wanted)
        self._confirm(transaction, device)

    def _update(self, request: Any, flow: Flow, device: SipDevice, wanted: list[tuple[Any, int]]) -> None:
        """All or nothing (RFC 3261 10.3, step 7)."""
        call_id, cseq = clean(str(request.getHFBody("call-id"))), request.getHFBody("cseq").getCSeqNum()
        for contact, _ in wanted:
            known = self._location.find(device.extension, device.device_id, str(contact.getUrl()))
            if known is not None and known.call_id == call_id and cseq <= known.cseq:
                raise Malformed("Out Of Order", 500)
        for contact, seconds in wanted:
            url = contact.getUrl()
            known = self._location.find(device.extension, device.device_id, str(url))
            if seconds == 0:
                if known is not None:
                    self._location.remove(known)
                continue
            back = self._way_back(request, url, flow)
            binding = Binding(
                extension=device.extension,
                device_id=device.device_id,
                contact=str(url),
                source=back.remote,
                transport=back.transport,
                call_id=call_id,
                cseq=cseq,
                expires_at=self._clock() + seconds,
                instance=clean((contact.address.getParam("+sip.instance") or "").strip('"')),
                user_agent=clean(value(request, "user-agent") or ""),
            )
            self._location.save(binding, back)
            if known is None:
                _log.info("%s registered by %r for %d s", device.extension, back, seconds)

    def _way_back(self, request: Any, url: Any, flow: Flow) -> Flow:
        """A device behind a connection is reached by it, however its contact spells `transport=`."""
        if flow.reliable:
            return flow
        symmetric = "rport" in request.getHFBody("via").params
        return self._udp_flow(udp_destination(str(url.host), url.port, flow.remote, symmetric))

    def _remove_all(self, request: Any, device: SipDevice, contacts: list[Any]) -> None:
        """`Contact: *` removes what this device registered; the extension's other devices stay."""
        if len(contacts) > 1 or value(request, "expires") is None or int(value(request, "expires") or "1") != 0:
            raise Malformed("Contact * Needs Expires 0")
        for reached in self._location.of_device(device.device_id):
            self._location.remove(reached.binding)

    def _expires(self, request: Any, contact: Any) -> int:
        text = contact.address.getParam("expires") or value(request, "expires") or str(self._timings.max_expires)
        try:
            seconds = int(text)
        except ValueError:
            seconds = self._timings.max_expires  # RFC 3261 10.2.1.1: a malformed value is as if it were not there
        return max(0, min(seconds, self._timings.max_expires))

    def _confirm(self, transaction: Any, device: SipDevice) -> None:
        now = self._clock()
        headers = [raw_header("Date", formatdate(now, usegmt=True))]
        for reached in self._location.of(device.extension):
            left = max(1, round(reached.binding.expires_at - now))
            instance = f';+sip.instance="{reached.binding.instance}"' if reached.binding.instance else ""
            headers.append(raw_header("Contact", f"<{reached.binding.contact}>;expires={left}{instance}"))
        self._layer.reply(transaction, 200, "OK", headers=tuple(headers))
