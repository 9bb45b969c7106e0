"""The local phone system as a real process for tests: free ports, a folder of its own, its log with the failure."""

from __future__ import annotations

import contextlib
import json
import shutil
import ssl
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from softphone.pbx import process
from tests.fakes.sip_phone import SipPhone

Event = dict[str, Any]


class LocalPhoneSystem:
    """Context manager. `people`: more than the demo's, as in the file of `softphone pbx --users`."""

    def __init__(
        self,
        data: Path | None = None,
        *,
        people: Sequence[dict[str, Any]] = (),
        arguments: Sequence[str] = (),
        restart: bool = False,
    ) -> None:
        self._own_data = data is None
        self.data = data or Path(tempfile.mkdtemp(prefix="softphone-test-pbx-"))
        self.events: list[Event] = []
        self.restarts = 0
        self.info: Event = {}
        self._changed = threading.Condition()
        self._restart = restart
        self._arguments = list(arguments)
        if people:
            users = self.data / "users.json"
            users.write_text(json.dumps({"users": list(people)}))
            users.chmod(0o600)
            self._arguments += ["--users", str(users)]
        self._system: process.LocalPhoneSystem | None = None

    def __enter__(self) -> LocalPhoneSystem:
        try:
            self.start_again()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            self._remove()

    # --- the process ----------------------------------------------------------------------------------------------

    def start_again(self) -> None:
        """Starts it with the same data; after `kill` or `stop`."""
        self._system = process.LocalPhoneSystem(
            self.data,
            arguments=self._arguments,
            inherit_log=True,
            restart=self._restart,
            on_event=self._keep,
            on_restart=self._restarted,
        )
        self.info = self._system.start()

    def kill(self) -> None:
        """`kill -9`; returns when it is dead."""
        assert self._system is not None
        pid = self._system.pid
        self._system.kill()
        deadline = time.monotonic() + 10
        while self._system.pid == pid:
            assert time.monotonic() < deadline, "it does not die"
            threading.Event().wait(0.01)

    def stop(self) -> None:
        """Ends it in order."""
        if self._system is not None:
            self._system.stop()
            self._system = None

    @property
    def pid(self) -> int:
        return self._system.pid if self._system is not None else 0

    # --- where it is, and who is on it ----------------------------------------------------------------------------

    @property
    def service(self) -> str:
        """The account service's URL."""
        return self.info["service"]

    @property
    def ca_file(self) -> str:
        return self.info["ca_file"]

    @property
    def domain(self) -> str:
        return self.info["sip"]["domain"]

    def address(self, transport: str = "udp") -> str:
        """`host:port` of signalling: udp, tcp or tls."""
        return self.info["sip"][transport]

    def account(self, email: str) -> dict[str, Any]:
        """email, password, extension, label."""
        return next(account for account in self.info["accounts"] if account["email"] == email)

    def password_of(self, email: str) -> str:
        return self.account(email)["password"]

    # --- the account service, without the client under test -------------------------------------------------------

    def request(
        self, method: str, path: str, body: Any = None, *, token: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """(status, JSON) of a request to the account service, with its certificate verified."""
        request = urllib.request.Request(self.service + path, method=method)
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urllib.request.urlopen(request, data, timeout=20, context=context) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, content = error.code, error.read()
        return status, json.loads(content) if content else None

    def sign_in(self, email: str, installation: str, kind: str = "ip_phone") -> str:
        """The access token of a device; the oldest device gives way when there are three already."""
        body = {
            "email": email,
            "password": self.password_of(email),
            "device": {"id": installation, "type": kind, "name": installation},
        }
        status, answer = self.request("POST", "/sessions", body)
        if status == 409:
            status, answer = self.request("POST", "/sessions", body | {"replace_device": answer["devices"][0]["id"]})
        assert status == 201, answer
        return answer["access_token"]

    def make_room(self, email: str) -> None:
        """Leaves at most two devices on the account, so that one more can sign in."""
        token = self.sign_in(email, "somebody who leaves")
        status, answer = self.request("DELETE", "/sessions/current", token=token)
        assert status == 204, answer

    def line(self, email: str, installation: str = "a phone of any make") -> dict[str, Any]:
        """The account's SIP line as provisioned for one more device: domain, username, auth_username, password."""
        status, line = self.request("GET", "/provisioning", token=self.sign_in(email, installation))
        assert status == 200, line
        return line

    def register(self, phone: SipPhone, email: str, transport: str = "udp", **more: object) -> None:
        """Registers a SIP phone as a device of the account; the same device each time for the same phone name."""
        line = self.line(email, f"test phone {phone.name}")
        phone.register(
            line["domain"],
            line["username"],
            line["password"],
            auth_username=line["auth_username"],
            display_name=line["display_name"],
            server=self.address(transport),
            **more,
        )

    # --- what happens on it ---------------------------------------------------------------------------------------

    def call_in(self, to: str, *, caller: str = "", name: str = "", after: float = 0.0) -> None:
        """Somebody outside calls an extension."""
        assert self._system is not None
        self._system.call_in(to, caller=caller, name=name, after=after)

    def wait_for_event(self, name: str, *, since: int = 0, timeout: float = 10.0, **fields: object) -> Event:
        """The first event of that name (digit, mailbox, call_ended) and those fields, from index `since` on."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for event in self.events[since:]:
                    if event["event"] == name and all(event.get(key) == value for key, value in fields.items()):
                        return event
                left = deadline - time.monotonic()
                assert left > 0, f"no event {name} {fields}; there were {self.events[since:]}"
                self._changed.wait(left)

    def wait_for_restart(self, count: int = 1, timeout: float = 20.0) -> None:
        """Waits until it has been started again by itself so often."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.restarts >= count, timeout), f"{self.restarts} restarts"

    def _keep(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def _restarted(self, info: Event) -> None:
        with self._changed:
            self.info = info
            self.restarts += 1
            self._changed.notify_all()

    def _remove(self) -> None:
        if self._own_data:
            with contextlib.suppress(OSError):
                shutil.rmtree(self.data)
