"""A small SIP server in a thread, for tests of the user agent alone: registrar with digest, proxy to other phones.

It speaks UDP, TCP or TLS to the phone under test and UDP to the others (`routes`). It can keep silent, answer with any
status, be stopped and started again on its port, and send raw bytes from its own address.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_IDS = itertools.count(1)


@dataclass
class Message:
    start: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Message:
        head, _, body = data.partition(b"\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "surrogateescape")).split("\r\n")
        pairs = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        return cls(lines[0], pairs, body)

    def encode(self) -> bytes:
        self.set("Content-Length", str(len(self.body)))
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + self.body

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def set(self, name: str, value: str) -> None:
        self.headers = [(k, v) for k, v in self.headers if k.lower() != name.lower()]
        self.headers.append((name, value))

    def remove_first(self, name: str) -> None:
        for index, (key, _) in enumerate(self.headers):
            if key.lower() == name.lower():
                del self.headers[index]
                return

    @property
    def is_request(self) -> bool:
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self) -> str:
        return self.start.split(" ", 1)[0] if self.is_request else self.get("CSeq").split()[-1]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    @property
    def code(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def branch(self) -> str:
        found = re.search(r"branch=([^;,\s]+)", self.get("Via"))
        return found[1] if found else ""


def reply_to(
    request: Message, code: int, reason: str = "Reason", headers: list[tuple[str, str]] | None = None
) -> Message:
    kept = [(k, v) for k, v in request.headers if k.lower() in ("via", "from", "call-id", "cseq")]
    to = request.get("To")
    return Message(
        f"SIP/2.0 {code} {reason}", [*kept, ("To", to if "tag=" in to else f"{to};tag=srv"), *(headers or [])]
    )


@dataclass
class SipServer:
    transport: str = "udp"
    domain: str = "phone.test"
    username: str = "100"  # the phone under test; other phones that register become routes
    password: str | None = None
    routes: dict[str, str] = field(default_factory=dict)  # user -> "ip:port" of a phone by UDP
    answers: dict[str, tuple[int, str, list[tuple[str, str]]]] = field(default_factory=dict)  # method -> answer
    raw_answers: dict[str, Callable[[Message], bytes]] = field(default_factory=dict)  # method -> the very bytes
    silent: bool = False
    ignore: set[str] = field(default_factory=set)  # methods without any answer
    tls: ssl.SSLContext | None = None
    port: int = 0

    def __post_init__(self) -> None:
        self.received: list[Message] = []
        self.bytes_received = 0
        self.contact = ""
        self.reply: Callable[[bytes], None] | None = None  # to the registered phone
        self._changed = threading.Condition()
        self._ways: dict[str, Callable[[bytes], None]] = {}  # our branch -> where its responses go
        self._connections: list[socket.socket] = []
        self._udp: socket.socket | None = None
        self._tcp: socket.socket | None = None
        self.start()

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._running = True
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port if self.transport == "udp" else 0))
        self._udp_number = int(self._udp.getsockname()[1])
        if self.transport == "udp":
            self.port = self._udp_number
        else:
            self._tcp = socket.socket()
            self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._tcp.bind(("127.0.0.1", self.port))
            self._tcp.listen()
            self.port = self._tcp.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._tcp,), daemon=True).start()
        threading.Thread(target=self._read_udp, args=(self._udp,), daemon=True).start()

    def stop(self) -> None:
        """As if it was killed: sockets shut, connections reset."""
        self._running = False
        for sock in (self._udp, self._tcp, *self._connections):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                sock.close()
        self._connections.clear()
        self._udp = self._tcp = None

    def __enter__(self) -> SipServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def udp_address(self) -> str:
        """Where other phones find it, whatever the transport of the phone under test."""
        return f"127.0.0.1:{self._udp_port()}"

    # --- for tests ----------------------------------------------------------------------------------------------------

    def wait_for(self, method: str, *, since: int = 0, timeout: float = 10.0, uri: str | None = None) -> Message:
        """The first request of that method, and to that URI, from index `since` on."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self.received[since:]:
                    if message.is_request and message.method == method and uri in (None, message.uri):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    seen = [message.start for message in self.received[since:]]
                    raise AssertionError(f"no {method} within {timeout} s; got {seen}")
                self._changed.wait(left)

    def wait_for_answer(
        self, code: int, method: str, *, since: int = 0, timeout: float = 10.0, to: Message | None = None
    ) -> Message:
        """`to`: to that request, and not a late repetition of another one's."""
        call_id = to.get("Call-ID") if to is not None else None
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self.received[since:]:
                    if message.is_request or message.code != code or message.method != method:
                        continue
                    if call_id in (None, message.get("Call-ID")):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    seen = [message.start for message in self.received[since:]]
                    raise AssertionError(f"no {code} to {method} within {timeout} s; got {seen}")
                self._changed.wait(left)

    def send(self, message: Message | bytes) -> None:
        """To the registered phone, from where it is registered."""
        assert self.reply is not None, "nobody is registered"
        self.reply(message if isinstance(message, bytes) else message.encode())

    def invite(
        self, *, sdp: bytes | None = None, headers: list[tuple[str, str]] | None = None, **parts: str
    ) -> Message:
        """An INVITE to the registered phone, ready to `send`."""
        number = next(_IDS)
        here = f"127.0.0.1:{self._udp_port()}" if self.transport == "udp" else self.address
        body = sdp if sdp is not None else sdp_offer()
        return Message(
            f"INVITE {self.contact} SIP/2.0",
            [
                ("Via", f"SIP/2.0/{self.transport.upper()} {here};branch=z9hG4bKtest{number}x;rport"),
                ("Max-Forwards", "70"),
                ("From", parts.get("sender", f'"Ann Other" <sip:+6591234567@{self.domain}>') + f";tag=t{number}"),
                ("To", f"<sip:100@{self.domain}>"),
                ("Call-ID", parts.get("call_id", f"test-{number}-{time.time_ns()}")),
                ("CSeq", "1 INVITE"),
                ("Contact", f"<sip:other@{here};transport={self.transport}>"),
                *(headers or []),
                *([("Content-Type", "application/sdp")] if body else []),
            ],
            body,
        )

    def follow_up(self, invite: Message, method: str, answer: Message | None = None, **more: str) -> Message:
        """CANCEL, ACK or BYE that belongs to an INVITE of ours."""
        headers = [(k, v) for k, v in invite.headers if k in ("Via", "Max-Forwards", "From", "To", "Call-ID")]
        message = Message(f"{method} {invite.uri} SIP/2.0", headers)
        number = 2 if method == "BYE" else 1
        message.set("CSeq", f"{number} {method}")
        if answer is not None:
            message.set("To", answer.get("To"))
        if method != "CANCEL":
            message.set("Via", invite.get("Via").replace("branch=z9hG4bK", f"branch=z9hG4bK{method}"))
        for name, value in more.items():
            message.set(name.capitalize(), value)
        return message

    # --- traffic ------------------------------------------------------------------------------------------------------

    def _udp_port(self) -> int:
        return self._udp_number

    def _read_udp(self, sock: socket.socket) -> None:
        while self._running:
            try:
                data, source = sock.recvfrom(65535)
            except OSError:
                return
            if data.strip():
                self._handle(data, lambda answer, to=source: self._send_udp(answer, to))

    def _send_udp(self, data: bytes, to: tuple[str, int]) -> None:
        if self._udp is not None:
            with contextlib.suppress(OSError):
                self._udp.sendto(data, to)

    def _accept(self, listener: socket.socket) -> None:
        while self._running:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._read_stream, args=(connection,), daemon=True).start()

    def _read_stream(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is not None:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except (OSError, ssl.SSLError):
                connection.close()
                return
        self._connections.append(connection)
        lock = threading.Lock()

        def answer(data: bytes) -> None:
            with lock, contextlib.suppress(OSError):
                connection.sendall(data)

        buffer = b""
        while self._running:
            try:
                data = connection.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.bytes_received += len(data)
            buffer = (buffer + data).lstrip(b"\r\n")
            while b"\r\n\r\n" in buffer:
                head, _, rest = buffer.partition(b"\r\n\r\n")
                found = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
                length = int(found[1]) if found else 0
                if len(rest) < length:
                    break
                self._handle(head + b"\r\n\r\n" + rest[:length], answer)
                buffer = rest[length:].lstrip(b"\r\n")

    def _handle(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        message = Message.parse(data)
        with self._changed:
            self.received.append(Message.parse(data))
            self._changed.notify_all()
        if self.silent:
            return
        if not message.is_request:
            self._forward_response(message)
        elif message.method in self.ignore:
            return
        elif message.method in self.raw_answers:
            answer(self.raw_answers[message.method](message))
        elif message.method in self.answers and message.method != "ACK":
            code, reason, headers = self.answers[message.method]
            answer(reply_to(message, code, reason, headers).encode())
        elif message.method == "REGISTER":
            self._register(message, answer)
        elif message.method in ("OPTIONS", "SUBSCRIBE"):
            answer(reply_to(message, 200 if message.method == "OPTIONS" else 489, "Seen").encode())
        else:
            self._forward_request(message, answer)

    def _register(self, request: Message, answer: Callable[[bytes], None]) -> None:
        if self.password is not None and not self._authorised(request):
            challenge = f'Digest realm="{self.domain}", nonce="n0nce", algorithm=MD5'
            answer(reply_to(request, 401, "Unauthorized", [("WWW-Authenticate", challenge)]).encode())
            return
        contact = request.get("Contact")
        expires = re.search(r"expires=(\d+)", contact) or re.match(r"(\d+)", request.get("Expires"))
        seconds = int(expires[1]) if expires else 300
        uri = re.search(r"<([^>]+)>", contact)
        headers = []
        user = re.search(r"sips?:([^@>]+)@", request.get("To"))
        if seconds and uri and user and user[1] != self.username:
            self.routes[user[1]] = _host_port(uri[1])
            headers = [("Contact", f"<{uri[1]}>;expires={seconds}")]
        elif seconds and uri:
            self.contact, self.reply = uri[1], answer
            headers = [("Contact", f"<{uri[1]}>;expires={seconds}")]
        answer(reply_to(request, 200, "OK", [*headers, ("Expires", str(seconds))]).encode())

    def _authorised(self, request: Message) -> bool:
        values = dict(re.findall(r'(\w+)="?([^",]+)"?', request.get("Authorization")))
        if not values:
            return False

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        ha1 = md5(f"{values['username']}:{self.domain}:{self.password}")
        return values["response"] == md5(f"{ha1}:{values['nonce']}:{md5('REGISTER:' + values['uri'])}")

    def _forward_request(self, message: Message, answer: Callable[[bytes], None]) -> None:
        for route in message.all("Route"):
            if self._is_here(route):
                message.remove_first("Route")
        user = re.search(r"sips?:([^@;>]+)@", message.uri)
        way: Callable[[bytes], None] | None = None
        if self.contact and _host_port(message.uri) == _host_port(self.contact) and self.reply is not None:
            way = self.reply
        elif user and user[1] in self.routes:
            way = self._to_phone(self.routes[user[1]])
        elif user and user[1] == self.username and self.reply is not None:
            message.start = f"{message.method} {self.contact} SIP/2.0"
            way = self.reply
        elif re.search(r"@127\.0\.0\.1:\d+", message.uri):
            way = self._to_phone(_host_port(message.uri))
        if way is None:
            if message.method != "ACK":
                answer(reply_to(message, 404, "Not Found").encode())
            return
        sequence = message.get("CSeq")
        if message.method in ("CANCEL", "ACK"):  # the branch of the INVITE they belong to
            sequence = sequence.split()[0] + " INVITE"
        branch = f"z9hG4bKsrv{hashlib.md5((message.branch + sequence).encode()).hexdigest()}"
        self._ways[branch] = answer
        transport = self.transport.upper() if way is self.reply else "UDP"
        here = self.address if way is self.reply else f"127.0.0.1:{self._udp_port()}"
        message.headers.insert(0, ("Via", f"SIP/2.0/{transport} {here};branch={branch}"))
        if message.method == "INVITE":
            near, far = self.address, f"127.0.0.1:{self._udp_port()}"
            other = (f"<sip:{far};lr>", f"<sip:{near};transport={self.transport};lr>")
            first, second = other if way is not self.reply else (other[1], other[0])
            if near == far:
                message.headers.insert(1, ("Record-Route", f"<sip:{near};lr>"))
            else:
                message.headers.insert(1, ("Record-Route", first))
                message.headers.insert(2, ("Record-Route", second))
        way(message.encode())

    def _is_here(self, route: str) -> bool:
        return _host_port(route) in (self.address, f"127.0.0.1:{self._udp_port()}")

    def _to_phone(self, address: str) -> Callable[[bytes], None]:
        host, _, port = address.partition(":")
        return lambda data: self._send_udp(data, (host, int(port)))

    def _forward_response(self, message: Message) -> None:
        way = self._ways.get(message.branch)
        if way is not None:
            message.remove_first("Via")
            way(message.encode())


def _host_port(uri: str) -> str:
    found = re.search(r"sips?:(?:[^@>]*@)?([^;>\s]+)", uri)
    return found[1] if found else ""


def sdp_offer(address: str = "127.0.0.1", port: int = 40000, extra: str = "") -> bytes:
    return (
        f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n{extra}"
    ).encode()
