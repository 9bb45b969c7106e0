"""No secret of a whole day's work reaches a file, an output, a command line or an environment of the application.

What is secret is learnt where it really passes: between the application and the services, where the traffic is read.
"""

import contextlib
import json
import re
import secrets
import select
import socket
import ssl
import threading
from base64 import b64encode
from itertools import groupby
from urllib.parse import quote

import psutil
import pytest
import trustme

from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.test_app_sign_in import only_bus
from tests.system.waiting import until

DORA = {
    "email": "dora@example.com",
    "extension": "130",
    "label": "Dora Sim",
    "password": 'correct "horse"; bättery&staple',
}
DIGITS = "90817263549081"

#: Where a secret passes: (kind, what it looks like on the wire).
ON_THE_WIRE = (
    ("access token", rb'"access_token":\s*"([^"]+)"'),
    ("access token", rb"(?i)\r\nauthorization: bearer (\S+)"),
    ("refresh token", rb'"refresh_token":\s*"([^"]+)"'),
    ("SIP password", rb'"auth_username":[^{}]*?"password":\s*"([^"]+)"'),
    ("passcode", rb'"passcode":\s*"([^"]+)"'),
    ("digest response", rb'(?i)\r\n(?:proxy-)?authorization:[^\r]*\bresponse="?([0-9a-f]+)'),
    ("SRTP key", rb"inline:([A-Za-z0-9+/=]+)"),
)


class Tap:
    """A relay that keeps what passes through it. `moved` is put in the place of a text of the same length."""

    def __init__(self) -> None:
        self.passed: list[bytearray] = []
        self.moved: dict[bytes, bytes] = {}
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self):
        self._go(self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a relay ends"
        self._close()

    def found(self) -> dict[str, set[bytes]]:
        """Every secret that has passed, by its kind."""
        return {
            kind: {value for stream in self.passed for value in re.findall(pattern, bytes(stream))}
            for kind, pattern in ON_THE_WIRE
        }

    def _go(self, job, *arguments) -> None:
        thread = threading.Thread(target=job, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _pass(self, stream: bytearray, data: bytes) -> bytes:
        stream += data
        for text, other in self.moved.items():
            assert len(text) == len(other), "it must not change any length"
            data = data.replace(text, other)
        return data


class HttpsTap(Tap):
    """In front of the account service."""

    def __init__(self, system: LocalPhoneSystem, folder) -> None:
        super().__init__()
        host, port = re.fullmatch(r"https://([^/:]+):(\d+)/.*", system.service).groups()
        self._target = (host, int(port))
        self._to_target = ssl.create_default_context(cafile=system.ca_file)
        authority = trustme.CA()
        self._as_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._as_server)
        self.ca_file = str(folder / "tap.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.2)
        self.service = system.service.replace(f":{port}/", f":{self._listening.getsockname()[1]}/")

    def _serve(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                near, _ = self._listening.accept()
                self._go(self._relay, near)

    def _relay(self, raw: socket.socket) -> None:
        raw.settimeout(10)
        with (
            contextlib.suppress(OSError),  # either side may go as it likes
            self._as_server.wrap_socket(raw, server_side=True) as near,
            socket.create_connection(self._target, timeout=10) as plain,
            self._to_target.wrap_socket(plain, server_hostname=self._target[0]) as far,
        ):
            ways = {near: (far, bytearray()), far: (near, bytearray())}
            self.passed += [stream for _, stream in ways.values()]
            while not self._ending.is_set():
                ready = [one for one in ways if one.pending()] or select.select(list(ways), [], [], 0.2)[0]
                for source in ready:
                    other, stream = ways[source]
                    source.settimeout(0)
                    try:
                        data = source.recv(65536)
                    except ssl.SSLWantReadError:
                        continue
                    if not data:
                        return
                    other.settimeout(10)
                    other.sendall(self._pass(stream, data))

    def _close(self) -> None:
        self._listening.close()


class SipTap(Tap):
    """In front of signalling, over UDP, for one telephone."""

    def __init__(self, system: LocalPhoneSystem) -> None:
        super().__init__()
        host, port = system.address("udp").split(":")
        self._target = (host, int(port))
        while True:  # the port is told in the place of another that is as long
            self._near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._near.bind(("127.0.0.1", 0))
            if len(str(self._near.getsockname()[1])) == len(port):
                break
            self._near.close()
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._near.getsockname()[1]}"

    def _serve(self) -> None:
        telephone = None
        while not self._ending.is_set():
            for source in select.select([self._near, self._far], [], [], 0.2)[0]:
                data, sender = source.recvfrom(65536)
                packet = bytearray()
                self.passed.append(packet)
                self._pass(packet, data)
                if source is self._near:
                    telephone = sender
                    self._far.sendto(data, self._target)
                elif telephone is not None:
                    self._near.sendto(data, telephone)

    def _close(self) -> None:
        self._near.close()
        self._far.close()


@pytest.fixture
def phone_system():
    """With somebody whose password is hard to remove from a text."""
    with LocalPhoneSystem(people=[DORA]) as system:
        yield system


def tree_of(application):
    main = psutil.Process(application.process.pid)
    return [main, *main.children(recursive=True)]


def what_processes_show(application):
    """Command lines and environments, which others may read."""
    shown = {}
    for process in tree_of(application):
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process.pid}/{name}", "rb") as file:
                shown[f"{name} of {' '.join(process.cmdline()[1:4])}"] = file.read()
    return shown


def what_is_written(application):
    return {
        str(path.relative_to(application.home)): path.read_bytes()
        for path in application.home.rglob("*")
        if path.is_file() and not path.is_socket()
    }


def ways_to_write(secret: bytes) -> set[bytes]:
    """A secret as it is, and as formats escape it."""
    text = secret.decode()
    return {
        secret, json.dumps(text)[1:-1].encode(), repr(text)[1:-1].encode(), quote(text).encode(),
        text.encode("utf-16-le"), b64encode(secret).rstrip(b"="), secret.hex().encode(),
    }  # fmt: skip


def leaks(places: dict[str, bytes], known: dict[str, set[bytes]]) -> list[str]:
    """Which kind of secret is found where."""
    return [
        f"{kind} in {place}"
        for place, content in places.items()
        for kind, values in known.items()
        if any(written in content for value in values for written in ways_to_write(value))
    ]


def one_by_one(log: bytes) -> str:
    """The digits that lines about digits tell one at a time; several lines may tell of the same one."""
    lines = re.findall(rb"(?im)^.*(?:dtmf|digit).*$", log)
    last = (re.findall(rb"\s([0-9*#])(?=\s|$)", line)[-1:] for line in lines)
    return "".join(digit.decode() for digit, _ in groupby(found[0] for found in last if found))


def in_call(application):
    def look(status):
        return any(call["state"] == "confirmed" and call["media"] for call in status["calls"])

    application.wait_for(look, "talking", 20)


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_secret_is_written_or_shown(phone_system, secret_service, started, tmp_path, carol, level):
    passcode = str(secrets.randbelow(9 * 10**9) + 10**9)
    with HttpsTap(phone_system, tmp_path) as https, SipTap(phone_system) as sip:
        https.moved[phone_system.address("udp").encode()] = sip.address.encode()
        application = started({"SOFTPHONE_CA_FILE": https.ca_file, "SOFTPHONE_LOG": level, **only_bus(secret_service)})
        code, _, said = application.run(
            "sign-in", "--email", DORA["email"], "--password-stdin", "--service", https.service, stdin="Wr0ng-guess\n"
        )
        assert (code, said) == (1, "Wrong email or password. Check both.")
        application.sign_in(DORA["email"], DORA["password"], https.service)
        application.registered()
        other = phone_system.sign_in(DORA["email"], "another desk")
        status, answer = phone_system.request(
            "PATCH", "/extension", {"passcode": passcode, "label": "Dora S."}, token=other,
            headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
        )  # fmt: skip
        assert status == 200, answer
        application.wait_for(lambda s: s["signed_in"]["label"] == "Dora S.", "the change has arrived")
        shown = what_processes_show(application)

        # The next start signs in by what is in the keychain; tokens are renewed.
        application.kill()
        application.start()
        application.registered()

        application.do("call", "120")
        incoming = carol.wait_for_call()
        incoming.answer()
        in_call(application)
        incoming.wait_for_media()
        application.ask("dtmf", digits=DIGITS)
        incoming.wait_for_digits(DIGITS, timeout=20)
        shown |= what_processes_show(application)
        application.do("hangup")
        incoming.wait_for_end()

        outgoing = carol.call("130")
        application.wait_for(lambda s: any(c["state"] == "incoming" for c in s["calls"]), "it rings")
        application.do("answer")
        in_call(application)
        outgoing.dtmf(DIGITS[::-1])
        application.wait_for(lambda s: any(c["digits_received"] == DIGITS[::-1] for c in s["calls"]), "digits", 20)
        application.do("hangup")
        outgoing.wait_for_end()

        kept = json.loads(secret_service.entries())
        written = what_is_written(application)
        application.do("sign-out")
        until(lambda: "None" in secret_service.entries(), "the keychain is empty again")
        application.stop()
        written |= {f"{name}, at the end": content for name, content in what_is_written(application).items()}

        known = {kind: https.found()[kind] | sip.found()[kind] for kind, _ in ON_THE_WIRE}
    known["password"] = {DORA["password"].encode(), b"Wr0ng-guess"}
    known["digits"] = {DIGITS.encode(), DIGITS[::-1].encode()}
    assert [kind for kind, values in known.items() if not values] == [], "every kind of secret has passed"
    assert kept["session"]["refresh_token"].encode() in known["refresh token"]
    assert kept["provisioning"]["password"].encode() in known["SIP password"]
    assert passcode.encode() in known["passcode"]
    assert len(known["access token"]) >= 2

    log = b"".join(content for name, content in written.items() if "softphone.log" in name)
    assert b"registered" in log.lower(), "there is a log to look at"
    assert len([name for name in shown if name.startswith("cmdline")]) >= 2, "program and user agent were looked at"
    assert DIGITS[:4] not in one_by_one(log)  # nor are they spelt out, a line a digit
    assert DIGITS[::-1][:4] not in one_by_one(log)
    assert leaks(shown, known) == []
    assert leaks(written, known) == []
