"""A mail server that keeps what it gets (RFC 5321, with STARTTLS and AUTH PLAIN), on a free port of this computer."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from tests.system.waiting import until


@dataclass(frozen=True)
class Received:
    """One message as it was handed over."""

    sender: str
    recipient: str
    content: bytes
    encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        return self.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]

    @property
    def attachments(self) -> list[tuple[str, str, bytes]]:
        """(file name, media type, content)."""
        return [(part.get_filename(), part.get_content_type(), part.get_content())
                for part in self.mail.iter_attachments()]  # fmt: skip


class SmtpSink:
    """Context manager. `answer` may give another reply to RCPT than 250, by the recipient."""

    def __init__(
        self, port: int = 0, *, tls: ssl.SSLContext | None = None, user: str = "", password: str = ""
    ) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.answer: Callable[[str], str] = lambda recipient: "250 ok"
        self.tls, self.user, self.password = tls, user, password
        sink = self

        class Handler(_Conversation):
            owner = sink

        self._server = _Server(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> SmtpSink:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def wait_for(self, count: int, seconds: float = 15.0) -> list[Received]:
        """All messages, once there are so many."""
        until(lambda: len(self.received) >= count, f"{count} messages, there are {len(self.received)}", seconds)
        return self.received


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Conversation(socketserver.StreamRequestHandler):
    owner: SmtpSink
    timeout = 30

    def handle(self) -> None:
        self.owner.connections += 1
        self.encrypted, self.signed_in, self.sender = False, "", ""
        self.recipients: list[str] = []
        self.say("220 sink")
        while line := self.rfile.readline():
            word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            verb: Any = getattr(self, f"do_{word.lower()}", None)
            if verb is None:
                self.say("500 what?")
            elif verb(rest) is False:
                return

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def do_ehlo(self, _name: str) -> None:
        offers = ["sink"]
        offers += ["STARTTLS"] if self.owner.tls is not None and not self.encrypted else []
        offers += ["AUTH PLAIN"] if self.owner.user else []
        for offer in offers[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {offers[-1]}")

    def do_starttls(self, _rest: str) -> bool | None:
        assert self.owner.tls is not None
        self.say("220 go")
        try:
            self.connection = self.owner.tls.wrap_socket(self.connection, server_side=True)
        except OSError:  # the client does not trust us
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.encrypted = True
        return None

    def do_auth(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        right = (user, password) == (self.owner.user, self.owner.password)
        self.signed_in = user if right else ""
        self.say("235 welcome" if right else "535 wrong")

    def do_mail(self, rest: str) -> None:
        self.sender, self.recipients = rest.partition("<")[2].partition(">")[0], []
        self.say("250 ok" if not self.owner.user or self.signed_in else "530 who are you?")

    def do_rcpt(self, rest: str) -> None:
        recipient = rest.partition("<")[2].partition(">")[0]
        answer = self.owner.answer(recipient)
        if answer.startswith("2"):
            self.recipients.append(recipient)
        self.say(answer)

    def do_data(self, _rest: str) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        for recipient in self.recipients:
            self.owner.received.append(
                Received(self.sender, recipient, b"".join(lines), self.encrypted, self.signed_in)
            )
        self.say("250 kept")

    def do_rset(self, _rest: str) -> None:
        self.say("250 ok")

    def do_quit(self, _rest: str) -> bool:
        self.say("221 bye")
        return False
