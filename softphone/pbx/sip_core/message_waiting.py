"""Message waiting (RFC 3842): SUBSCRIBE of a device to its own mailbox, NOTIFY at once and on every change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from softphone.pbx.ports import SipDevice
from softphone.pbx.sip_core.dialog import Dialog
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.malformed import Malformed
from softphone.pbx.sip_core.messages import body_of, contact_url, raw_header, value

_EVENT = "message-summary"
_MAX_OF_DEVICE = 3
_DEFAULT = 3600  # seconds, RFC 3842 3.4


@dataclass
class _Subscription:
    dialog: Dialog
    device: SipDevice
    expiry: asyncio.TimerHandle | None
    ends_at: float  # the loop's clock


class MessageWaiting:
    """The subscriptions of all devices."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._table: dict[tuple[str, str], _Subscription] = {}
        self._counts: dict[str, tuple[int, int]] = {}  # what was told last; before that, what the extension says

    def __len__(self) -> int:
        return len(self._table)

    def subscribe(self, request: Any, transaction: Any, flow: Flow, device: SipDevice) -> None:
        layer = self._exchange.layer
        if (value(request, "event") or "").split(";")[0].strip().lower() != _EVENT:
            layer.reply(transaction, 489, "Bad Event", headers=(raw_header("Allow-Events", f"{_EVENT}, refer"),))
            return
        if request.getRURI().username not in (device.extension, None, ""):
            layer.reply(transaction, 403, "Not Your Mailbox")
            return
        seconds = self._seconds(request)
        if 0 < seconds < self._exchange.timings.min_expires:
            least = raw_header("Min-Expires", str(self._exchange.timings.min_expires))
            layer.reply(transaction, 423, "Interval Too Brief", headers=(least,))
            return
        if contact_url(request) is None:
            raise Malformed("Missing Contact")
        mine = [known for known in self._table.values() if known.device.device_id == device.device_id]
        for oldest in mine[: max(0, len(mine) - _MAX_OF_DEVICE + 1)]:
            self._remove(oldest)
        dialog = Dialog.as_server(request, flow)
        subscription = _Subscription(dialog, device, None, 0.0)
        self._table[dialog.key] = subscription
        self._confirm(subscription, transaction, seconds)

    def refresh(self, request: Any, transaction: Any, flow: Flow) -> bool:
        """A SUBSCRIBE within its dialog; False when there is none."""
        local_tag, remote_tag = request.getHFBody("to").getTag(), request.getHFBody("from").getTag()
        subscription = self._table.get((str(request.getHFBody("call-id")), local_tag))
        if subscription is None or subscription.dialog.remote_tag != remote_tag:
            return False
        number = request.getHFBody("cseq").getCSeqNum()
        if number <= subscription.dialog.remote_cseq:
            self._exchange.layer.reply(transaction, 500, "CSeq Out Of Order")
            return True
        subscription.dialog.remote_cseq = number
        subscription.dialog.flow = flow
        subscription.dialog.refresh_target(request)
        self._confirm(subscription, transaction, self._seconds(request))
        return True

    def notify(self, extension: str, new: int, old: int) -> None:
        self._counts[extension] = (new, old)
        for subscription in list(self._table.values()):
            if subscription.device.extension == extension:
                self._notify(subscription)

    def remove_device(self, device_id: str) -> None:
        for subscription in list(self._table.values()):
            if subscription.device.device_id == device_id:
                self._end(subscription, "rejected")

    def remove_flow(self, flow: Flow) -> None:
        for subscription in list(self._table.values()):
            if subscription.dialog.flow is flow:
                self._remove(subscription)

    def _seconds(self, request: Any) -> int:
        text = value(request, "expires")
        return min(int(text) if text is not None else _DEFAULT, self._exchange.timings.max_expires)

    def _confirm(self, subscription: _Subscription, transaction: Any, seconds: int) -> None:
        loop = asyncio.get_running_loop()
        if subscription.expiry is not None:
            subscription.expiry.cancel()
        subscription.ends_at = loop.time() + seconds
        headers = (subscription.dialog.contact_header(), raw_header("Expires", str(max(0, seconds))))
        self._exchange.layer.reply(transaction, 200, "OK", headers=headers, to_tag=subscription.dialog.local_tag)
        if seconds <= 0:
            self._end(subscription, "timeout")
            return
        subscription.expiry = loop.call_later(seconds, self._end, subscription, "timeout")
        self._notify(subscription)

    def _end(self, subscription: _Subscription, why: str) -> None:
        self._remove(subscription)
        self._notify(subscription, f"terminated;reason={why}")

    def _remove(self, subscription: _Subscription) -> None:
        self._table.pop(subscription.dialog.key, None)
        if subscription.expiry is not None:
            subscription.expiry.cancel()

    def _notify(self, subscription: _Subscription, state: str | None = None) -> None:
        left = max(0, round(subscription.ends_at - asyncio.get_running_loop().time()))
        headers = (raw_header("Event", _EVENT), raw_header("Subscription-State", state or f"active;expires={left}"))
        dialog = subscription.dialog
        body = body_of("application/simple-message-summary", self._summary(subscription.device.extension))

        def answered(response: Any, _transaction: Any) -> None:
            if response.getSCode()[0] >= 300:  # 481, or nobody there any more
                self._remove(subscription)

        self._exchange.layer.ask(dialog.request("NOTIFY", body, headers), dialog.flow, answered)

    def _summary(self, extension: str) -> str:
        known = self._exchange.config.subscribers.extension(extension)
        new, old = self._counts.get(extension, (known.mailbox_new, known.mailbox_old) if known else (0, 0))
        waiting = "yes" if new else "no"
        account = f"sip:{extension}@{self._exchange.config.realm}"
        return f"Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\nVoice-Message: {new}/{old} (0/0)\r\n"
