"""The phone system put together: signalling, account service, media children and their certificates."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from softphone.pbx.certificates import certificates
from softphone.pbx.demo import NUMBERS, OUTBOUND_RULES, SALES, SALES_LABEL, SALES_MEMBERS, TIME_ZONE, VOICEMAIL
from softphone.pbx.media.supervisor import MediaOptions, MediaProcesses
from softphone.pbx.options import Options
from softphone.pbx.ports import CallRecord, SipAddresses, SipCore, SipCoreConfig
from softphone.pbx.ports_free import tcp_port, udp_and_tcp_port
from softphone.pbx.run_state import RunState
from softphone.pbx.service.app import create_app
from softphone.pbx.service.change_log import THE_PHONE_SYSTEM
from softphone.pbx.service.database import FILE_NAME, sqlite_url
from softphone.pbx.service.group_store import CallGroup
from softphone.pbx.service.provisioning import ProvisioningAddresses
from softphone.pbx.service.server import HttpsServer
from softphone.pbx.service.store import Store
from softphone.pbx.service.voicemail_centre import VoicemailCentre
from softphone.pbx.sip_core.sippy_core import SippyCore

log = logging.getLogger(__name__)

Event = dict[str, Any]


class PhoneSystem:
    """`tell` gets events for the parent, on any thread."""

    def __init__(self, options: Options, data: Path, tell: Callable[[Event], object]) -> None:
        self._options = options
        self._tell = tell
        self._data = data
        self._state = RunState(data)
        self._files = certificates(data / "certificates", {options.listen, "localhost", options.domain})
        self._store = Store(
            options.database or sqlite_url(data / FILE_NAME), realm=options.domain,
            time_zone=options.time_zone, unless_known=TIME_ZONE,
        )
        self._closing = contextlib.ExitStack()
        self._closing.callback(self._store.close)
        self._core: SipCore | None = None
        self._voicemail = VoicemailCentre(
            self._store, data, mailbox_changed=self._mailbox_changed, smtp=options.smtp
        )
        self._closing.callback(self._voicemail.close)
        self._media: MediaProcesses | None = None

    def start(self) -> dict[str, Any]:
        """Serves everything, and returns what the first line tells. After a failure, call `stop`."""
        accounts = self._seed()
        core, sip = self._start_signalling()
        self._core = core
        self._voicemail.start()
        media = self._start_media(core, sip)
        https_port = self._start_service(core, sip)
        self._store.watch(mailbox_changed=self._mailbox_changed)
        media.wait_until_ready()
        self._keep_ports(sip, https_port, media)
        options = self._options
        return {
            "service": f"https://{options.listen}:{https_port}/api/v1",
            "sip": {"domain": options.domain, **asdict(sip)},
            "ca_file": str(self._files.ca_file),
            "accounts": accounts,
            "numbers": NUMBERS,
            "media": media.pids,
            "data": str(self._data),
        }

    def handle(self, command: Event) -> None:
        """A command of the parent."""
        if command.get("command") == "call_in" and self._media is not None:
            if not self._media.tell("people", **command):
                self._tell({"event": "call_in_failed", "to": command.get("to"), "reason": "the media is starting"})
        else:
            log.warning("unknown command %r", command.get("command"))

    def stop(self) -> None:
        """Ends what was started, in the reverse order."""
        self._closing.close()

    def _seed(self) -> list[dict[str, object]]:
        told: list[dict[str, object]] = []
        for rule in OUTBOUND_RULES:
            self._store.rules.ensure(rule)
        known = {row["email"] for row in self._store.accounts.all()}
        for person in self._options.people:
            password = person.password or self._state.password(person.email)
            if person.email not in known or person.password is not None:  # an administrator may have changed it
                self._store.ensure_account(
                    person.email,
                    password,
                    person.extension,
                    person.label,
                    organisation=person.organisation,
                    caller_ids=person.caller_ids,
                    role=person.role,
                    licensed=person.licensed,
                    passcode=person.passcode,
                    outbound_rule=person.outbound_rule,
                    locked=person.locked,
                    debug_mode=person.debug_mode,
                )
            told.append(
                {"email": person.email, "password": password, "extension": person.extension, "label": person.label}
            )
        for entry in self._options.directory:
            self._store.ensure_directory_entry(entry.key, entry.label, presence=entry.presence)
        self._store.groups.ensure(CallGroup(SALES, SALES_LABEL, SALES_MEMBERS), THE_PHONE_SYSTEM)
        return told

    def _start_signalling(self) -> tuple[SipCore, SipAddresses]:
        options, state = self._options, self._state
        port = udp_and_tcp_port(options.listen, options.sip_port, state.port("sip"))
        if options.sip_port and port != options.sip_port:
            raise OSError(f"port {options.sip_port} at {options.listen} is taken")
        core = self._engine(
            SipCoreConfig(
                listen=options.listen,
                realm=options.domain,
                udp_port=port,
                tcp_port=port,
                tls_port=tcp_port(options.listen, options.sip_port and options.sip_port + 1, state.port("tls")),
                certificate_chain=self._files.chain,
                private_key=self._files.private_key,
                subscribers=self._store,
                call_ended=self._call_ended,
                registrations_changed=self._store.registrations_changed,
                ask_media=self._ask_media,
                missed=self._voicemail.missed,
            )
        )
        self._closing.callback(core.stop)
        return core, core.start()

    def _engine(self, config: SipCoreConfig) -> SipCore:
        if self._options.engine == "kamailio":
            from softphone.pbx.kamailio.core import KamailioCore  # only where it is asked for

            return KamailioCore(config, folder=self._data / "kamailio", cluster=self._options.cluster)
        return SippyCore(config)

    def _start_media(self, core: SipCore, sip: SipAddresses) -> MediaProcesses:
        def event(message: Event) -> None:
            if message.get("event") == "passcode":
                core.media_event(message)  # and nobody else: it has the digits
                return
            self._voicemail.media_event(message)
            self._tell(message)

        media = MediaProcesses(
            MediaOptions(self._options.listen, sip.udp, self._options.domain, self._data, self._options.trace),
            core.set_media_routes,
            event,
            {kind: self._state.port(f"media {kind}") for kind in ("services", "people")},
        )
        media.start()
        self._closing.callback(media.stop)
        self._media = media
        return media

    def _start_service(self, core: SipCore, sip: SipAddresses) -> int:
        options = self._options
        addresses = ProvisioningAddresses(
            domain=options.domain, udp=sip.udp, tcp=sip.tcp, tls=sip.tls, voicemail_number=VOICEMAIL
        )
        app = create_app(
            self._store,
            sip=lambda: addresses,
            device_revoked=core.revoke_device,
            reachable_devices=core.reachable_devices,
            calls_up=core.calls_up,
            parts=self._voicemail.parts,
        )
        server = HttpsServer(
            app,
            certificate_chain=self._files.chain,
            private_key=self._files.private_key,
            host=options.listen,
            port=options.https_port or tcp_port(options.listen, self._state.port("https")),
        )
        port = server.start()
        self._closing.callback(server.stop)
        return port

    def _keep_ports(self, sip: SipAddresses, https_port: int, media: MediaProcesses) -> None:
        ports = {"sip": _port(sip.udp), "tls": _port(sip.tls), "https": https_port}
        self._state.keep_ports(ports | {f"media {kind}": port for kind, port in media.ports.items()})

    def _call_ended(self, record: CallRecord) -> None:
        self._store.call_ended(record)
        self._tell({"event": "call_ended", **asdict(record)})

    def _ask_media(self, command: Event) -> None:
        if self._media is not None:
            self._media.tell("services", **command)

    def _mailbox_changed(self, extension: str, new: int, old: int) -> None:
        if self._core is not None:
            self._core.notify_mailbox(extension, new, old)


def _port(address: str) -> int:
    return int(address.rsplit(":", 1)[1])
