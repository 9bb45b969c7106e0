"""Hostile input at the running application: it stays, says why in the log, and calls go on."""

import contextlib
import json
import os
import random
import re
import select
import socket
import ssl
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest
import trustme

from tests.system.waiting import until

PACKETS = 10_000
AT_ONCE = 10  # few enough for the buffer of a socket, and for calls to ring among them
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 9 0 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)


def invite(number: int, target: str, sdp: bytes = SDP.encode()) -> bytes:
    head = (
        f"INVITE sip:100@{target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;rport;branch=z9hG4bK{number}\r\n"
        f'Max-Forwards: 70\r\nFrom: "Mallory" <sip:mallory@127.0.0.1>;tag=t{number}\r\nTo: <sip:100@{target}>\r\n'
        f"Call-ID: hostile-{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:mallory@127.0.0.1:5999>\r\n"
        f"P-Asserted-Identity: <tel:+65>\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n"
    )
    return head.encode() + sdp


def hostile(random_: random.Random, number: int, target: str) -> bytes:
    """In turn: anything of the packet is mutated, or only its SDP, so that it comes past the parser of SIP."""
    if number % 2:
        return invite(number, target, mutated(random_, SDP.encode()))
    return mutated(random_, invite(number, target))


def options(port: int, here: int) -> bytes:
    return (
        f"OPTIONS sip:x@127.0.0.1:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{here};rport;branch=z9hG4bKp{port}\r\n"
        f"From: <sip:p@127.0.0.1>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: probe{port}\r\nCSeq: 1 OPTIONS\r\n"
        "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def mutated(random_: random.Random, packet: bytes) -> bytes:
    """A packet with a few bytes changed, lines repeated, numbers blown up, or parts cut out."""
    data = bytearray(packet)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data))
        match random_.randrange(6):
            case 0:
                data[at] = random_.randrange(256)
            case 1:
                del data[at : at + random_.randint(1, 40)]
            case 2:
                data[at:at] = bytes(random_.randrange(256) for _ in range(random_.randint(1, 30)))
            case 3:
                data[at:at] = random_.choice(
                    [b"\r\n", b"\x00", b"%n%s", b"<sip:", b";;;;", b"\xff\xfe", b"99999999999999"]
                )
            case 4:
                lines = bytes(data).split(b"\r\n")
                lines.insert(random_.randrange(len(lines)), random_.choice(lines) * random_.randint(1, 5))
                data = bytearray(b"\r\n".join(lines))
            case 5:
                data = bytearray(
                    bytes(data).replace(b"127.0.0.1", random_.choice([b"[::", b"256.1.1.1", b"a" * 300]), 1)
                )
        if not data:
            data = bytearray(b"\r\n")
    return bytes(data[:4000])


def listens_for_sip(port: int) -> bool:
    """Whether OPTIONS sent there is answered: everything sent before it has then been read."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.5)
        probe.bind(("127.0.0.1", 0))
        probe.connect(("127.0.0.1", port))
        here = probe.getsockname()[1]
        try:
            probe.send(options(port, here))
            return probe.recv(2000).startswith(b"SIP/2.0")
        except (TimeoutError, ConnectionRefusedError):
            return False


def statuses(attacker: socket.socket) -> list[int]:
    """Of the answers that have come so far."""
    came = []
    while select.select([attacker], [], [], 0)[0]:
        answer = re.match(rb"SIP/2.0 (\d{3}) ", attacker.recv(65536))
        if answer:
            came.append(int(answer.group(1)))
    return came


def dropped(port: int) -> int:
    """Packets that came to a UDP port and found its buffer full, by the kernel's count."""
    with open("/proc/net/udp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(int(row[-1]) for row in rows if int(row[1].split(":")[1], 16) == port)


class Target:
    """The user agent under fire: where it listens now, and how often it had to be started again."""

    def __init__(self, application) -> None:
        self._application = application
        self.falls: list[str] = []  # at which packets
        self.dropped = 0
        self._aim()

    def everything_read(self, story: str) -> None:
        """Waits until it has read what was sent; a child that fell is found again at its new port."""
        until(lambda: self._fallen() or listens_for_sip(self.port), f"the user agent reads on after {story}", 30)
        if self._fallen():
            self.falls.append(story)
            self._aim()
        else:
            self.dropped = dropped(self.port) - self._dropped_before

    def _fallen(self) -> bool:
        return self._application.child_pid_or_none() != self._pid

    def _aim(self) -> None:
        self._pid, self.port = until(self._listening, "the user agent listens for SIP", 60)
        self._dropped_before = dropped(self.port)

    def _listening(self) -> tuple[int, int] | None:
        pid = self._application.child_pid_or_none()
        if pid is None:
            return None
        try:
            ports = [connection.laddr.port for connection in psutil.Process(pid).net_connections("udp")]
        except psutil.NoSuchProcess:
            return None
        return next(((pid, port) for port in ports if listens_for_sip(port)), None)


def decline_what_rings(application) -> set[str]:
    """So that what comes next is looked at as a call too, and not refused as one too many."""
    ringing = {call["id"] for call in application.status()["calls"] if call["state"] == "incoming"}
    for call_id in ringing:
        with contextlib.suppress(AssertionError):  # it may have ended by itself meanwhile
            application.ask("decline", id=call_id)
    return ringing


@pytest.mark.timeout(240)
def test_ten_thousand_mutated_packets(signed_in):
    application = signed_in()
    target = Target(application)
    random_ = random.Random(20261122)
    answers: Counter[int] = Counter()
    rang: set[str] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        attacker.bind(("127.0.0.1", 0))
        for first in range(0, PACKETS, AT_ONCE):
            address = ("127.0.0.1", target.port)
            for number in range(first, first + AT_ONCE):
                attacker.sendto(hostile(random_, number, f"127.0.0.1:{target.port}"), address)
            target.everything_read(f"packets {first} to {first + AT_ONCE - 1}")
            answers.update(statuses(attacker))
            rang |= decline_what_rings(application)  # the window's process answers all the while
    assert target.dropped == 0, "every packet has reached it"
    assert target.falls == [], "it was never started again"
    assert sum(answers.values()) > PACKETS / 4, "many were understood, and answered"
    assert len(rang) > 20, "and many of those were calls that rang"
    application.registered(seconds=30)
    # A packet that was still an INVITE rings like any call, and nobody will ever cancel it.
    until(lambda: application.run("decline")[0] == 1, "what rings is declined", 30)
    call_id = until(lambda: (r := application.run("call", "*43"))[0] == 0 and r[1], "a call can be placed", 30)
    until(lambda: application.call_state(call_id) == "confirmed", "and is answered", 20)


class Nonsense(BaseHTTPRequestHandler):
    """An account service gone mad: each answer is the next kind of nonsense."""

    answers = (
        (200, b"", "application/json"),
        (201, b"{", "application/json"),
        (201, b"[]", "application/json"),
        (201, b'{"access_token": 5, "refresh_token": null}', "application/json"),
        (201, json.dumps({"access_token": "a" * 100_000}).encode(), "application/json"),
        (500, b"<html>", "text/html"),
        (409, b'{"type": "urn:softphone:device-limit", "devices": "many"}', "application/problem+json"),
        (429, b'{"type": 7}', "application/problem+json"),
        (302, b"", "text/plain"),
        (201, b"\xff\xfe\x00", "application/json"),
    )
    turn = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        code, body, kind = Nonsense.answers[Nonsense.turn % len(Nonsense.answers)]
        Nonsense.turn += 1
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if code == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def mad_service(tmp_path):
    ca = trustme.CA()
    server = HTTPServer(("127.0.0.1", 0), Nonsense)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/api/v1", str(tmp_path / "ca.pem")
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_nonsense_from_the_account_service_is_refused_in_words(mad_service, started):
    url, ca_file = mad_service
    application = started({"SOFTPHONE_CA_FILE": ca_file})
    for _ in Nonsense.answers:
        code, _, said = application.run(
            "sign-in", "--email", "a@example.com", "--password-stdin", "--service", url, stdin="x\n"
        )
        assert code == 1
        assert said
        assert "Traceback" not in said
    assert application.status()["session"] == "signed_out"
    assert "Traceback" not in application.log


def test_a_folder_that_cannot_be_written_does_not_stop_calls(phone_system, short_path, started):
    """A full disk as far as a program can tell: no file can be written where it keeps its things."""
    application = started({"SOFTPHONE_CA_FILE": phone_system.ca_file}, home=short_path)
    application.sign_in("alice@example.com", phone_system.password_of("alice@example.com"), phone_system.service)
    application.registered()
    call_id = application.do("call", "103")
    until(lambda: application.call_state(call_id) == "disconnected", "103 is busy")
    limit = psutil.Process(application.process.pid)
    limit.rlimit(psutil.RLIMIT_FSIZE, (0, 0))
    call_id = application.do("call", "101")
    until(lambda: application.call_state(call_id) == "confirmed", "calls go on", 20)
    application.do("devices", "--speaker", "default")
    application.do("hangup")
    assert application.process.poll() is None
    assert os.path.exists(application.socket)
