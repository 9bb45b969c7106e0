"""The user agent's real process on a small SIP server, with another phone beside it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import trustme

from softphone.logs.redact import redact
from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.registration import RegistrationState as State
from softphone.phone.secret import Secret
from softphone.user_agent.process import UserAgentProcess
from tests.fakes.heard import Heard
from tests.fakes.sip_server import SipServer

LINE = "line-1"
PASSWORD = "correct horse"


class Rig:
    """`heard` has what the process posted; `server` is where it registers."""

    def __init__(self, folder: Path, transport: str = "udp", *, ping_seconds: float = 1.0, **environment: str) -> None:
        self.heard = Heard()
        self.ca_file: str | None = None
        tls = None
        if transport == "tls":
            authority = trustme.CA()
            self.ca_file = str(folder / "ca.pem")
            authority.cert_pem.write_to_path(self.ca_file)
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("phone.test").configure_cert(tls)
        self.server = SipServer(transport, password=PASSWORD, tls=tls)
        self.process = UserAgentProcess(
            self.heard,
            redact=redact,
            environment={"SOFTPHONE_SOUND": "null", **environment},
            ping_seconds=ping_seconds,
        )

    def __enter__(self) -> Rig:
        self.process.start()
        self.heard.wait(ev.UserAgentReady)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stop()
        self.server.stop()

    def send(self, command: cmd.Command) -> None:
        self.process.send(command)

    def line(self, **changes: object) -> cmd.Register:
        values: dict = {
            "line_id": LINE,
            "domain": "phone.test",
            "username": "100",
            "auth_username": "100",
            "password": Secret(PASSWORD),
            "registrar": self.server.address,
            "transport": self.server.transport,
            "ca_file": self.ca_file,
            "instance_id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            **changes,
        }
        return cmd.Register(**values)

    def register(self, **changes: object) -> ev.RegistrationChanged:
        since = self.heard.mark
        self.send(self.line(**changes))
        return self.heard.wait(ev.RegistrationChanged, since=since, state=State.REGISTERED)

    def called(self, invite, *, since: int | None = None) -> ev.InviteReceived:
        """Send this INVITE from the server; returns what was told of it."""
        mark = self.heard.mark if since is None else since
        self.server.send(invite)
        return self.heard.wait(ev.InviteReceived, since=mark)

    def kill(self) -> None:
        """As the kernel would on a crash."""
        pid = self.process.pid
        assert pid is not None
        os.kill(pid, 9)
