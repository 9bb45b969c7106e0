"""Hostile input at the running application: it stays, says why in the log, and calls go on."""

import errno
import json
import os
import random
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest
import trustme

from tests.system.waiting import until

PACKETS = 10_000
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 9 0 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)


def invite(number: int, target: str) -> bytes:
    return (
        f"INVITE sip:100@{target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;rport;branch=z9hG4bK{number}\r\n"
        f'Max-Forwards: 70\r\nFrom: "Mallory" <sip:mallory@127.0.0.1>;tag=t{number}\r\nTo: <sip:100@{target}>\r\n'
        f"Call-ID: hostile-{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:mallory@127.0.0.1:5999>\r\n"
        f"P-Asserted-Identity: <tel:+65>\r\nContent-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
    ).encode()


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


def sip_port(application) -> int:
    """Where the user agent listens for SIP: of its UDP sockets, the one that answers OPTIONS."""
    pid = application.child_pid()
    ports = [c.laddr.port for c in psutil.Process(pid).net_connections("udp")]
    assert ports, "the user agent has a UDP socket"
    for port in ports:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.5)
            probe.bind(("127.0.0.1", 0))
            here = probe.getsockname()[1]
            probe.sendto(options(port, here), ("127.0.0.1", port))
            try:
                if probe.recv(2000).startswith(b"SIP/2.0"):
                    return port
            except TimeoutError:
                continue
    return ports[0]


@pytest.mark.timeout(240)
def test_ten_thousand_mutated_packets(signed_in):
    application = signed_in()
    port = sip_port(application)
    random_ = random.Random(20261122)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        attacker.bind(("127.0.0.1", 0))
        for number in range(PACKETS):
            packet = mutated(random_, invite(number, f"127.0.0.1:{port}"))
            try:
                attacker.sendto(packet, ("127.0.0.1", port))
            except OSError as problem:
                # The port is gone while a child that fell is replaced: that is allowed, staying away is not.
                if problem.errno != errno.ECONNREFUSED:
                    raise
            if number % 500 == 0:
                application.status()  # the window's process answers all the while
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
