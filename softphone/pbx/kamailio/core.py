"""The door: `KamailioCore` starts the node, then Kamailio in front of it, and keeps both."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from softphone.pbx.kamailio.cluster import Cluster
from softphone.pbx.kamailio.configuration import (
    EdgeSettings,
    Files,
    Installation,
    installation,
    write_configuration,
)
from softphone.pbx.kamailio.edge_location import reachable
from softphone.pbx.kamailio.edge_node import Gate, Node
from softphone.pbx.kamailio.kamailio_process import KamailioProcess
from softphone.pbx.kamailio.questions import Questions
from softphone.pbx.kamailio.registrations import Registrations, aor_of
from softphone.pbx.kamailio.rpc import KamailioRpc, RpcFault
from softphone.pbx.ports import MediaRoute, SipAddresses, SipCoreConfig
from softphone.pbx.ports_free import udp_and_tcp_port
from softphone.pbx.sip_core.timings import Timings

_log = logging.getLogger(__name__)

_LONGEST_SOCKET_PATH = 90  # characters; the kernel takes 107
_ATTEMPTS = 3
_LAST_WORDS_SECONDS = 1.0
_LOOPBACK = "127.0.0.1"


class KamailioCore:
    """`softphone.pbx.ports.SipCore`. `folder` is its own, for its configuration; None: a temporary one."""

    def __init__(
        self, config: SipCoreConfig, timings: Timings | None = None, *, folder: Path | None = None,
        cluster: Cluster | None = None,
    ) -> None:
        self._config, self._timings, self._cluster = config, timings or Timings(), cluster
        self._folder = folder
        self._routes: Sequence[MediaRoute] = ()
        self._trusted: frozenset[str] = frozenset()
        self._closing = contextlib.ExitStack()
        self._node: Node | None = None
        self._process: KamailioProcess | None = None

    # -- life -------------------------------------------------------------------------------------------------------

    def start(self) -> SipAddresses:
        """Raises KamailioMissing, or what keeps it from starting."""
        if self._node is not None:
            raise RuntimeError("started already")
        found = installation()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._start(found)
            except RuntimeError as fault:
                self.stop()
                if attempt == _ATTEMPTS or "in use" not in str(fault):
                    raise
                _log.warning("Kamailio is tried at other ports")  # somebody took one in the meantime
            except BaseException:
                self.stop()
                raise
        raise AssertionError("unreachable")

    def _start(self, found: Installation) -> SipAddresses:
        files = self._files()
        settings = self._settings()
        rpc = KamailioRpc(files.rpc)
        self._closing.callback(rpc.close)
        self._presence_rpc = KamailioRpc(files.rpc)  # for other threads, so that calls do not wait for them
        self._closing.callback(self._presence_rpc.close)
        self._registrations = Registrations(self._config, rpc, self._cluster is not None)
        self._questions = Questions(files.questions, self)
        self._questions.start()
        self._closing.callback(self._questions.stop)
        gate = Gate((_LOOPBACK, _port(settings.inner)), settings.token)
        node = Node(self._config, self._timings, gate, self._registrations)
        node.set_media_routes(self._routes)
        settings = replace(settings, node=node.start().udp)
        self._closing.callback(node.stop)
        write_configuration(files, settings, found)
        self._process = KamailioProcess(
            [found.program, "-DD", "-E", "-f", str(files.configuration),
             "-Y", str(files.sockets), "-w", str(files.folder)],
            {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "SOFTPHONE_EDGE": str(files.edge)},
            lambda: self._answers(rpc), self._kamailio_restarted,
        )  # fmt: skip
        self._closing.callback(self._process.stop)
        self._process.start()
        self._closing.callback(self._last_words, node)
        self._node = node
        self._registrations.restore()
        return SipAddresses(settings.udp, settings.tcp, settings.tls)

    def stop(self) -> None:
        """Ends the calls, then Kamailio; registrations stay saved, for the next start."""
        closing, self._closing = self._closing, contextlib.ExitStack()
        self._node, self._process = None, None
        closing.close()

    def _last_words(self, node: Node) -> None:
        """The node hangs up what is up, a request for each leg; Kamailio stays until they have gone out."""
        legs, before = node.open_tables().get("legs", 0), self._transactions()
        node.stop()
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while legs and before is not None and time.monotonic() < deadline:
            time.sleep(0.02)
            now = self._transactions()
            if now is not None and now[0] >= before[0] + legs and now[1] == 0:
                return

    def _transactions(self) -> tuple[int, int] | None:
        """How many there were since the start, and how many go on; None where Kamailio does not say."""
        try:
            told = self._presence_rpc.ask("tm.stats")
        except RpcFault:
            return None
        return int(told["total"]), int(told["current"]) - int(told["waiting"])

    def _kamailio_restarted(self) -> None:
        self._questions.do(self._registrations.restore)

    @staticmethod
    def _answers(rpc: KamailioRpc) -> bool:
        try:
            rpc.ask("core.uptime")
        except RpcFault:
            return False
        return True

    def _files(self) -> Files:
        folder = self._folder
        if folder is None:
            folder = self._temporary()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        sockets = folder if len(str(folder)) <= _LONGEST_SOCKET_PATH else self._temporary()
        for old in (*sockets.glob("ask-*"), sockets / "rpc"):
            old.unlink(missing_ok=True)
        return Files(folder, sockets)

    def _temporary(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="softphone-"))
        self._closing.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _settings(self) -> EdgeSettings:
        config = self._config
        port = config.udp_port or udp_and_tcp_port(config.listen, config.tcp_port)
        return EdgeSettings(
            realm=config.realm,
            udp=f"{config.listen}:{port}",
            tcp=f"{config.listen}:{config.tcp_port or port}",
            tls=f"{config.listen}:{config.tls_port or udp_and_tcp_port(config.listen)}",
            inner=f"{_LOOPBACK}:{udp_and_tcp_port(_LOOPBACK)}",
            node="",
            token=secrets.token_hex(16),
            certificate_chain=config.certificate_chain,
            private_key=config.private_key,
            min_expires=self._timings.min_expires,
            max_expires=self._timings.max_expires,
            nonce_seconds=round(self._timings.nonce),
            cluster=self._cluster,
        )

    # -- SipCore ----------------------------------------------------------------------------------------------------

    def set_media_routes(self, routes: Sequence[MediaRoute]) -> None:
        self._routes = tuple(routes)
        self._trusted = frozenset(_host_port(route.uri) for route in routes)
        if self._node is not None:
            self._node.set_media_routes(routes)

    def revoke_device(self, device_id: str) -> None:
        if self._node is not None:
            self._node.revoke_device(device_id)

    def notify_mailbox(self, extension: str, new: int, old: int) -> None:
        if self._node is not None:
            self._node.notify_mailbox(extension, new, old)

    def reachable_devices(self, extension: str) -> Sequence[str]:
        if self._node is None:
            return []
        return reachable(self._config, self._registrations, extension, self._presence_rpc)

    def calls_up(self, extension: str) -> int:
        return self._node.calls_up(extension) if self._node is not None else 0

    def media_event(self, message: dict[str, Any]) -> None:
        if self._node is not None:
            self._node.media_event(message)

    def open_tables(self) -> dict[str, int]:
        return self._node.open_tables() if self._node is not None else {}

    @property
    def kamailio_pid(self) -> int:
        """0 when it does not run."""
        return self._process.pid if self._process is not None else 0

    # -- what Kamailio asks and tells -------------------------------------------------------------------------------

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if question["ask"] == "trusted":
            return {"trusted": question["source"] in self._trusted}
        device = self._config.subscribers.device(str(question["username"]))
        if device is None:
            return {}
        return {"ha1": device.ha1, "extension": device.extension, "aor": aor_of(device.device_id)}

    def told(self, what: dict[str, Any]) -> None:
        if what["tell"] == "registered":
            host, port = what["source"]
            self._registrations.registered(str(what["username"]), (str(host), int(port)), str(what["transport"]))
        elif what["tell"] == "closed":
            host, port = what["source"]
            for device_id in self._registrations.closed((str(host), int(port))):
                if self._node is not None:
                    self._node.connection_lost(device_id)
        elif what["tell"] == "expired":
            self._registrations.expired(str(what["aor"]))


def _port(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def _host_port(uri: str) -> str:
    """Of a media child: "sip:127.0.0.1:40122"."""
    return uri.split(":", 1)[1].split(";")[0].rsplit("@", 1)[-1]
