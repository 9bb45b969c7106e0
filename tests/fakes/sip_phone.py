"""The other person: a real SIP phone in a process of its own, for system tests.

    with SipPhone("bob") as bob:
        bob.register("softphone.test", "110", password, server="127.0.0.1:5060")
        call = bob.wait_for_call()
        call.answer()
        call.wait_for("confirmed")

It has the null sound device: what it says comes from a WAV file, what it hears goes to one. Every wait has a deadline
and raises `AssertionError` with the phone's own log.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]


class SipPhoneRefused(Exception):
    """The phone could not do what it was told."""


class SipPhone:
    """A phone; `calls` holds all its calls since the start, in their order."""

    def __init__(self, name: str = "phone", *, deadline: float = 10.0, **start: object) -> None:
        """`start`: transport (udp, tcp, tls), ca_file, codecs, srtp (off, optional, mandatory), ring_at_once, trace."""
        self.name = name
        self.deadline = deadline
        self.events: list[Event] = []
        self.calls: dict[int, PhoneCall] = {}
        self._changed = threading.Condition()
        self._replies: dict[int, Event] = {}
        self._ids = itertools.count(1)
        self._taken: set[int] = set()
        self._ended = False
        self._log = tempfile.NamedTemporaryFile("w+", prefix=f"sip-phone-{name}-", suffix=".log")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.sip_phone_main"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            bufsize=1,
        )
        self._reader = threading.Thread(target=self._read, name=f"phone {name}", daemon=True)
        self._reader.start()
        try:
            self.uri: str = self.tell("start", user=re.sub(r"[^0-9A-Za-z+*._-]", "-", name), **start)["uri"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SipPhone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def address(self) -> str:
        """`host:port` of its UDP transport."""
        return self.uri.split("@")[1]

    @property
    def log(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def tell(self, command: str, **fields: object) -> Event:
        """Sends a command and waits for its reply."""
        number = next(self._ids)
        assert self._process.stdin is not None
        line = json.dumps({"id": number, "do": command, **fields}, default=str)
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise AssertionError(self._story(f"is gone, and cannot {command}")) from None
        self._wait(lambda: number in self._replies, f"did not reply to {command}", self.deadline)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise SipPhoneRefused(f"{self.name}: {command}: {reply['error']}")
        return reply

    def register(
        self, domain: str, username: str, password: str, *, server: str | None = None, **more: object
    ) -> Event:
        """Registers and waits for the answer 200. `more`: auth_username, display_name, expires, message_waiting."""
        since = len(self.events)
        self.tell("register", domain=domain, username=username, password=password, server=server, **more)
        return self.wait_for_event("registration", since=since, code=200, active=True)

    def unregister(self) -> None:
        since = len(self.events)
        self.tell("unregister")
        self.wait_for_event("registration", since=since, active=False)

    def call(self, to: str, **more: object) -> PhoneCall:
        """Dials a number of the domain, or any SIP URI. `more`: play, loop, record (files), headers."""
        number = self.tell("call", to=to, **more)["call"]
        self._taken.add(number)
        return self._call(number)

    def wait_for_call(self, timeout: float | None = None) -> PhoneCall:
        """The next incoming call that nobody has waited for yet."""

        def coming() -> PhoneCall | None:
            for event in self.events:
                if event["event"] == "incoming" and event["call"] not in self._taken:
                    return self._call(event["call"])
            return None

        call = self._wait(coming, "got no call", timeout)
        self._taken.add(call.number)
        return call

    def wait_for_event(self, name: str, *, since: int = 0, timeout: float | None = None, **fields: object) -> Event:
        """The first event of that name and those fields, from index `since` of `events` on."""

        def found() -> Event | None:
            for event in self.events[since:]:
                if event["event"] == name and all(event.get(key) == value for key, value in fields.items()):
                    return event
            return None

        return self._wait(found, f"had no event {name} {fields}", timeout)

    def kill(self) -> None:
        """Ends it at once, as a power cut would."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Hangs up, and ends the process."""
        with contextlib.suppress(AssertionError, SipPhoneRefused, ValueError):
            if self._process.poll() is None:
                self.tell("quit")
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        self._log.close()

    def _call(self, number: int) -> PhoneCall:
        with self._changed:
            return self.calls.setdefault(number, PhoneCall(self, number))

    def _wait(self, found: Callable[[], Any], complaint: str, timeout: float | None) -> Any:
        deadline = time.monotonic() + (self.deadline if timeout is None else timeout)
        with self._changed:
            while True:
                value = found()
                if value:
                    return value
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    break
                self._changed.wait(left)
        raise AssertionError(self._story(complaint))

    def _story(self, complaint: str) -> str:
        events = "\n".join(json.dumps({**event, "message": None}) for event in self.events[-30:])
        state = f"exited with {self._process.poll()}" if self._process.poll() is not None else "runs"
        return f"{self.name} ({state}) {complaint}\n--- events\n{events}\n--- log\n{self.log[-8000:]}"

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            with self._changed:
                if "reply" in message:
                    self._replies[message["reply"]] = message
                else:
                    self.events.append(message)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class PhoneCall:
    """One call of a phone."""

    def __init__(self, phone: SipPhone, number: int) -> None:
        self.phone = phone
        self.number = number

    @property
    def events(self) -> list[Event]:
        return [event for event in self.phone.events if event.get("call") == self.number]

    @property
    def state(self) -> str:
        """The last state told: calling, incoming, early, connecting, confirmed, disconnected."""
        states = [event["state"] for event in self.events if event["event"] == "call_state"]
        return states[-1] if states else "incoming"

    @property
    def caller(self) -> str:
        """The From header of an incoming call."""
        return str(self._incoming()["from"])

    @property
    def message(self) -> str:
        """The INVITE of an incoming call as it came."""
        return str(self._incoming()["message"])

    def header(self, name: str) -> str | None:
        """A header of the incoming INVITE."""
        match = re.search(rf"(?im)^{re.escape(name)}\s*:\s*(.*?)\s*$", self.message)
        return match.group(1) if match else None

    @property
    def digits(self) -> str:
        """Digits received so far."""
        return "".join(event["digit"] for event in self.events if event["event"] == "digit")

    def _incoming(self) -> Event:
        return next(event for event in self.events if event["event"] == "incoming")

    def wait_for(self, state: str, timeout: float | None = None) -> Event:
        """Waits until the call has been in that state; the event tells the last code and reason."""
        return self.phone.wait_for_event("call_state", call=self.number, state=state, timeout=timeout)

    def wait_for_end(self, timeout: float | None = None) -> tuple[int, str]:
        """Code and reason of the end."""
        event = self.wait_for("disconnected", timeout)
        return event["code"], event["reason"]

    def wait_for_media(self, status: str = "active", *, since: int = 0, timeout: float | None = None) -> Event:
        """Waits for the sound: active, local_hold, remote_hold, none. `since` is an index of `phone.events`."""
        return self.phone.wait_for_event("media", call=self.number, status=status, since=since, timeout=timeout)

    def wait_for_digits(self, digits: str, timeout: float | None = None) -> None:
        self.phone._wait(lambda: self.digits == digits, f"did not get the digits {digits}", timeout)

    def ring(self) -> None:
        self.phone.tell("answer", call=self.number, code=180)

    def answer(self, code: int = 200, **more: object) -> None:
        """Answers with any code. `more`: reason, headers (pairs)."""
        self.phone.tell("answer", call=self.number, code=code, **more)

    def decline(self) -> None:
        self.phone.tell("hangup", call=self.number, code=603)

    def hangup(self, code: int = 0) -> None:
        self.phone.tell("hangup", call=self.number, code=code)

    def hold(self) -> None:
        """Holds, and waits until the sound has stopped."""
        since = len(self.phone.events)
        self.phone.tell("hold", call=self.number)
        self.wait_for_media("local_hold", since=since)

    def resume(self) -> None:
        """Resumes, and waits until the sound flows."""
        since = len(self.phone.events)
        self.phone.tell("resume", call=self.number)
        self.wait_for_media("active", since=since)

    def dtmf(self, digits: str, method: str = "rfc4733") -> None:
        """`method`: rfc4733 or info."""
        self.phone.tell("dtmf", call=self.number, digits=digits, method=method)

    def transfer(self, to: str) -> None:
        """Blind transfer (REFER)."""
        self.phone.tell("transfer", call=self.number, to=to)

    def transfer_to(self, other: PhoneCall) -> None:
        """Attended transfer (REFER with Replaces): the two other sides talk to each other."""
        self.phone.tell("transfer_to_call", call=self.number, other=other.number)

    def play(self, file: Path, loop: bool = True) -> None:
        self.phone.tell("play", call=self.number, file=str(file), loop=loop)

    def stop_playing(self) -> None:
        self.phone.tell("stop_playing", call=self.number)

    def record(self, file: Path) -> None:
        self.phone.tell("record", call=self.number, file=str(file))

    def stop_recording(self) -> None:
        """Stops, and waits until the file is complete."""
        since = len(self.phone.events)
        self.phone.tell("stop_recording", call=self.number)
        self.phone.wait_for_event("recorded", call=self.number, since=since)

    def wait_for_recording(self) -> None:
        """Waits until the file is complete, after a call that ended while it was recorded."""
        self.phone.wait_for_event("recorded", call=self.number)

    def statistics(self) -> Event:
        """Packets received, lost, sent, and PJSIP's own dump of the call."""
        return self.phone.tell("statistics", call=self.number)
