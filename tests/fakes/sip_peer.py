"""A small SIP endpoint that says exactly what a test tells it to, over UDP, TCP or TLS: no stack, no cleverness.

Requests that come in wait in `requests` until a test expects them; only OPTIONS, NOTIFY and BYE are answered 200 by
themselves (`automatic`). Retransmissions are dropped by comparison.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

DEADLINE = 8.0  # seconds
_SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


@dataclass
class Message:
    """As it came: `start` is the first line, header names in lower case."""

    start: str
    headers: list[tuple[str, str]]
    body: str
    raw: bytes = field(repr=False)

    @classmethod
    def parse(cls, raw: bytes) -> Message:
        head, _, body = raw.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        start, *lines = head.split("\r\n")
        pairs = [line.split(":", 1) for line in lines]
        headers = [(_SHORT.get(name.strip().lower(), name.strip().lower()), text.strip()) for name, text in pairs]
        return cls(start, headers, body, raw)

    def get(self, name: str) -> str:
        return next((text for known, text in self.headers if known == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [text for known, text in self.headers if known == name.lower()]

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0 ")

    @property
    def code(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def method(self) -> str:
        return self.start.split(" ")[0]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    @property
    def cseq(self) -> tuple[int, str]:
        number, method = self.get("cseq").split()
        return int(number), method

    def tag(self, name: str) -> str:
        match = re.search(r";tag=([^;>]+)", self.get(name))
        return match.group(1) if match else ""

    @property
    def contact(self) -> str:
        match = re.search(r"<([^>]+)>", self.get("contact"))
        return match.group(1) if match else self.get("contact").split(";")[0]


def sdp(port: int, direction: str = "sendrecv", user: str = "peer") -> str:
    lines = ["v=0", f"o={user} {port} 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
             f"m=audio {port} RTP/AVP 9 0 8 101", "a=rtpmap:9 G722/8000", "a=rtpmap:101 telephone-event/8000",
             f"a={direction}"]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def render(start: str, headers: list[tuple[str, str]], body: str = "", content_type: str = "application/sdp") -> bytes:
    octets = body.encode("utf-8", "surrogateescape")
    lines = [start, *(f"{name}: {text}" for name, text in headers)]
    if body:
        lines.append(f"Content-Type: {content_type}")
    lines.append(f"Content-Length: {len(octets)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + octets


class Conversation:
    """One dialog of a peer, as client or as server."""

    def __init__(self, peer: SipPeer, call_id: str, local: str, remote: str, target: str) -> None:
        self.peer, self.call_id, self.target = peer, call_id, target
        self.local, self.remote = local, remote  # From/To values with their tags
        self.cseq = secrets.randbelow(1000) + 1
        self.invite_cseq = 0
        self.branch = ""
        self.routes: list[str] = []  # values of Route; a test of proxies sets them

    @property
    def local_tag(self) -> str:
        return self.local.rsplit("tag=", 1)[1]

    @property
    def remote_tag(self) -> str:
        return self.remote.rsplit("tag=", 1)[1]

    def send(
        self,
        method: str,
        body: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        cseq: int | None = None,
        content_type: str = "application/sdp",
    ) -> tuple[str, int, str]:
        """Sends a request, and returns what its responses are known by."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        self.branch = "z9hG4bK" + secrets.token_hex(8)
        fields = [
            ("Via", f"SIP/2.0/{self.peer.transport.upper()} {self.peer.address};branch={self.branch};rport"),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<{self.peer.contact}>"),
            *(("Route", route) for route in self.routes),
            *headers,
        ]
        if method == "INVITE":
            self.invite_cseq = cseq
        self.peer.write(render(f"{method} {self.target} SIP/2.0", fields, body, content_type))
        return self.call_id, cseq, method

    async def ask(
        self,
        method: str,
        body: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        content_type: str = "application/sdp",
    ) -> Message:
        """A request within the dialog and its final response."""
        return await self.peer.final(self.send(method, body, headers, content_type=content_type))

    def ack(self, body: str = "") -> None:
        self.send("ACK", body, cseq=self.invite_cseq)

    async def reinvite(self, body: str) -> Message:
        response = await self.ask("INVITE", body)
        self.ack()
        return response

    async def hang_up(self) -> Message:
        return await self.ask("BYE")


class OutgoingCall(Conversation):
    """A call that the peer places; `progress` and `final` are its responses."""

    invite: bytes = b""
    invite_branch: str = ""

    async def progress(self, code: int) -> Message:
        return await self.peer.response((self.call_id, self.invite_cseq, "INVITE"), lambda reply: reply.code == code)

    async def final(self) -> Message:
        reply = await self.peer.final((self.call_id, self.invite_cseq, "INVITE"))
        if reply.code < 300:
            self.remote = reply.get("to")
            self.target = reply.contact
        return reply

    async def answered(self, ack_body: str = "") -> Message:
        reply = await self.final()
        assert reply.code == 200, reply.start
        self.ack(ack_body)
        return reply

    async def refused(self) -> Message:
        reply = await self.final()
        assert reply.code >= 300, reply.start
        self.peer.ack_refusal(self, reply)
        return reply

    async def cancel(self, headers: tuple[tuple[str, str], ...] = ()) -> Message:
        via = f"SIP/2.0/{self.peer.transport.upper()} {self.peer.address};branch={self.invite_branch};rport"
        fields = [("Via", via), ("Max-Forwards", "70"), ("From", self.local), ("To", self.remote),
                  ("Call-ID", self.call_id), ("CSeq", f"{self.invite_cseq} CANCEL"), *headers]  # fmt: skip
        self.peer.write(render(f"CANCEL {self.target} SIP/2.0", fields))
        return await self.peer.final((self.call_id, self.invite_cseq, "CANCEL"))


class IncomingCall(Conversation):
    """An INVITE that reached the peer."""

    def __init__(self, peer: SipPeer, invite: Message) -> None:
        local = f"{invite.get('to')};tag={secrets.token_hex(4)}"
        super().__init__(peer, invite.get("call-id"), local, invite.get("from"), invite.contact)
        self.invite = invite

    def ring(self, code: int = 180, reason: str = "Ringing", body: str = "") -> None:
        self.peer.reply(self.invite, code, reason, body, to=self.local)

    async def answer(self, body: str, headers: tuple[tuple[str, str], ...] = ()) -> Message:
        """200, and the ACK that it brings."""
        self.peer.reply(self.invite, 200, "OK", body, headers, to=self.local)
        return await self.peer.expect("ACK", self.call_id)

    async def refuse(self, code: int, reason: str = "No", headers: tuple[tuple[str, str], ...] = ()) -> Message:
        self.peer.reply(self.invite, code, reason, headers=headers, to=self.local)
        return await self.peer.expect("ACK", self.call_id)

    async def cancelled(self) -> Message:
        """The CANCEL, answered as RFC 3261 9.2 says."""
        cancel = await self.peer.expect("CANCEL", self.call_id)
        self.peer.reply(cancel, 200, "OK")
        self.peer.reply(self.invite, 487, "Request Terminated", to=self.local)
        await self.peer.expect("ACK", self.call_id)
        return cancel


class SipPeer:
    """`await SipPeer.open(...)`, then `register`, `call`, `incoming`. Close it with `close` (or `async with`)."""

    def __init__(self, server: str, transport: str, user: str, auth_username: str, password: str, realm: str) -> None:
        host, port = server.rsplit(":", 1)
        self.server = (host.strip("[]"), int(port))
        self.transport, self.user, self.auth_username = transport, user, auth_username
        self.password, self.realm = password, realm
        self.address = ""
        self.automatic = {"OPTIONS", "NOTIFY", "BYE"}
        self.requests: list[Message] = []
        self.responses: list[Message] = []
        self.pongs = 0
        self.closed = asyncio.Event()
        self._seen: set[bytes] = set()
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._datagrams: asyncio.DatagramTransport | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._nonce_count = 0
        self.call_id = secrets.token_hex(8)
        self._register_cseq = 0
        self.register_transport = transport  # how the Contact spells it

    @classmethod
    async def open(
        cls,
        server: str,
        user: str = "",
        *,
        transport: str = "udp",
        auth_username: str = "",
        password: str = "",
        realm: str = "pbx.test",
        ca_file: str | None = None,
    ) -> SipPeer:
        peer = cls(server, transport, user, auth_username, password, realm)
        if transport == "udp":
            loop = asyncio.get_running_loop()
            peer._datagrams, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(peer), local_addr=("::1" if ":" in peer.server[0] else "127.0.0.1", 0)
            )
            name = peer._datagrams.get_extra_info("sockname")
        else:
            context = ssl.create_default_context(cafile=ca_file) if transport == "tls" else None
            reader, peer._writer = await asyncio.open_connection(
                *peer.server, ssl=context, server_hostname="127.0.0.1" if context else None
            )
            name = peer._writer.get_extra_info("sockname")
            peer._spawn(peer._read(reader))
        peer.address = f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
        return peer

    async def __aenter__(self) -> SipPeer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._datagrams is not None:
            self._datagrams.close()
        if self._writer is not None:
            self._writer.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def contact(self) -> str:
        suffix = "" if self.transport == "udp" else f";transport={self.register_transport}"
        return f"sip:{self.user}@{self.address}{suffix}"

    # -- wire -----------------------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self._datagrams is not None:
            self._datagrams.sendto(data, self.server)
        elif self._writer is not None:
            self._writer.write(data)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        buffer = b""
        try:
            while chunk := await reader.read(65536):
                buffer += chunk
                while buffer:
                    if buffer.startswith(b"\r\n"):
                        self.pongs += 1
                        buffer = buffer[2:]
                        await self._wake()
                        continue
                    head, found, rest = buffer.partition(b"\r\n\r\n")
                    length = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
                    needed = int(length.group(1)) if length else 0
                    if not found or len(rest) < needed:
                        break
                    self.received(head + found + rest[:needed])
                    buffer = rest[needed:]
        except OSError:
            buffer = b""
        finally:
            if self._writer is not None:
                self._writer.close()
            self.closed.set()

    def received(self, raw: bytes) -> None:
        message = Message.parse(raw)
        if not raw.startswith(b"SIP/2.0 1"):  # two devices that ring are two equal 180
            if raw in self._seen:
                return
            self._seen.add(raw)
        if message.is_response:
            self.responses.append(message)
        else:
            self.requests.append(message)
            if message.method in self.automatic:
                self.reply(message, 200, "OK")
        self._spawn(self._wake())

    async def _wake(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- waiting --------------------------------------------------------------------------------------------------

    async def until(self, condition: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
        try:
            async with self._news:
                await asyncio.wait_for(self._news.wait_for(condition), deadline)
        except asyncio.TimeoutError:
            seen = [message.start for message in (*self.requests, *self.responses)]
            raise AssertionError(f"{self.user or self.address}: no {what}; waiting here: {seen}") from None

    async def expect(self, method: str, call_id: str = "", deadline: float = DEADLINE) -> Message:
        """The next request of this method, taken out of those that wait."""

        def find() -> Message | None:
            return next((m for m in self.requests if m.method == method and call_id in ("", m.get("call-id"))), None)

        await self.until(lambda: find() is not None, method, deadline)
        message = find()
        assert message is not None
        self.requests.remove(message)
        return message

    async def response(
        self, key: tuple[str, int, str], wanted: Callable[[Message], bool], deadline: float = DEADLINE
    ) -> Message:
        def find() -> Message | None:
            return next(
                (m for m in self.responses if (m.get("call-id"), *m.cseq) == key and wanted(m)),
                None,
            )

        await self.until(lambda: find() is not None, f"response to {key[2]}", deadline)
        message = find()
        assert message is not None
        self.responses.remove(message)
        return message

    async def final(self, key: tuple[str, int, str], deadline: float = DEADLINE) -> Message:
        return await self.response(key, lambda reply: reply.code >= 200, deadline)

    async def fence(self) -> None:
        """All that the phone system had to say before this is here after it (one thread, one queue, loopback)."""
        assert (await self.outside("OPTIONS", f"sip:{self.realm}")).code == 200

    # -- what a phone does ------------------------------------------------------------------------------------------

    def reply(
        self,
        request: Message,
        code: int,
        reason: str,
        body: str = "",
        headers: tuple[tuple[str, str], ...] = (),
        to: str | None = None,
        content_type: str = "application/sdp",
    ) -> None:
        fields = [("Via", via) for via in request.all("via")]
        fields += [("Record-Route", route) for route in request.all("record-route")]
        fields += [("From", request.get("from")), ("To", to or request.get("to")), ("Call-ID", request.get("call-id")),
                   ("CSeq", request.get("cseq"))]  # fmt: skip
        if not any(name == "Contact" for name, _ in headers):
            fields.append(("Contact", f"<{self.contact}>"))
        self.write(render(f"SIP/2.0 {code} {reason}", [*fields, *headers], body, content_type))

    def ack_refusal(self, call: OutgoingCall, reply: Message) -> None:
        via = f"SIP/2.0/{self.transport.upper()} {self.address};branch={call.invite_branch};rport"
        fields = [("Via", via), ("Max-Forwards", "70"), ("From", call.local), ("To", reply.get("to")),
                  ("Call-ID", call.call_id), ("CSeq", f"{call.invite_cseq} ACK")]  # fmt: skip
        self.write(render(f"ACK {call.target} SIP/2.0", fields))

    async def outside(
        self,
        method: str,
        uri: str,
        headers: tuple[tuple[str, str], ...] = (),
        body: str = "",
        authenticate: bool = True,
    ) -> Message:
        """A request outside any dialog, with one answer to a challenge."""
        talk = self.conversation(uri)
        reply = await talk.ask(method, body, headers)
        if reply.code in (401, 407) and authenticate:
            reply = await talk.ask(method, body, (*headers, self.credentials(reply, method, uri)))
        self.last = talk
        return reply

    def conversation(self, uri: str) -> OutgoingCall:
        local = f"<sip:{self.user}@{self.realm}>;tag={secrets.token_hex(4)}"
        return OutgoingCall(self, secrets.token_hex(8), local, f"<{uri}>", uri)

    async def register(
        self, expires: int = 600, headers: tuple[tuple[str, str], ...] = (), contact: str | None = None
    ) -> Message:
        uri = f"sip:{self.realm}"
        if contact is None:
            contact = f"<{self.contact}>"
        extra: tuple[tuple[str, str], ...] = ()
        for _ in range(2):
            self._register_cseq += 1
            address = f"<sip:{self.user}@{self.realm}>"
            fields = [
                ("Via", f"SIP/2.0/{self.transport.upper()} {self.address};branch=z9hG4bK{secrets.token_hex(8)};rport"),
                ("Max-Forwards", "70"), ("From", f"{address};tag={secrets.token_hex(4)}"), ("To", address),
                ("Call-ID", self.call_id), ("CSeq", f"{self._register_cseq} REGISTER"),
                ("Expires", str(expires)), *headers, *extra,
            ]  # fmt: skip
            if contact:
                fields.append(("Contact", contact))
            self.write(render(f"REGISTER {uri} SIP/2.0", fields))
            reply = await self.final((self.call_id, self._register_cseq, "REGISTER"))
            if reply.code != 401 or extra:
                return reply
            extra = (self.credentials(reply, "REGISTER", uri),)
        return reply

    def credentials(self, challenge: Message, method: str, uri: str) -> tuple[str, str]:
        """The answer to a 401 or 407, as a header."""
        name = "authenticate"
        line = challenge.get(f"www-{name}") or challenge.get(f"proxy-{name}")
        nonce = re.search(r'nonce="([^"]+)"', line)
        realm = re.search(r'realm="([^"]+)"', line)
        assert nonce is not None
        assert realm is not None
        return self.digest(nonce.group(1), realm.group(1), method, uri, challenge.code == 407)

    def digest(self, nonce: str, realm: str, method: str, uri: str, proxy: bool) -> tuple[str, str]:
        self._nonce_count += 1
        count, cnonce = f"{self._nonce_count:08x}", secrets.token_hex(4)

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        ha1 = md5(f"{self.auth_username}:{realm}:{self.password}")
        response = md5(f"{ha1}:{nonce}:{count}:{cnonce}:auth:{md5(f'{method}:{uri}')}")
        line = (
            f'Digest username="{self.auth_username}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", algorithm=MD5, cnonce="{cnonce}", qop=auth, nc={count}'
        )
        return ("Proxy-Authorization" if proxy else "Authorization"), line

    async def call(
        self, number: str, body: str = "", headers: tuple[tuple[str, str], ...] = (), authenticate: bool = True
    ) -> OutgoingCall:
        """Sends the INVITE, and again with credentials where it is challenged."""
        uri = f"sip:{number}@{self.realm}"
        call = self.conversation(uri)
        key = call.send("INVITE", body, headers)
        call.invite_branch = call.branch
        if authenticate:
            first = await self.response(key, lambda reply: reply.code == 100 or reply.code >= 200)
            if first.code == 407:
                self.ack_refusal(call, first)
                call.send("INVITE", body, (*headers, self.credentials(first, "INVITE", uri)))
                call.invite_branch = call.branch
            else:
                self.responses.append(first)
        return call

    async def incoming(self) -> IncomingCall:
        return IncomingCall(self, await self.expect("INVITE"))


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, peer: SipPeer) -> None:
        self._peer = peer

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self._peer.received(data)
