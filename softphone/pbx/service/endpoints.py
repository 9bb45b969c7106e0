"""The endpoints, each a function from a request's plain values to a response; they run on worker threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse, Response

from softphone.extension.moment import parse_moment
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.device_store import NewDevice
from softphone.pbx.service.models import CallerIdRequestBody, DeviceNameBody, RefreshBody, SignInBody
from softphone.pbx.service.password import Attempts, password_fits
from softphone.pbx.service.problems import Problem, too_many_attempts
from softphone.pbx.service.provisioning import ProvisioningAddresses, provisioning
from softphone.pbx.service.requests import entity_tags, query_integer
from softphone.pbx.service.session_store import Caller, Granted
from softphone.pbx.service.store import Store, normal_email

_log = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}
CALLS_UNLESS_ASKED, CALLS_AT_MOST = 50, 200
LARGEST_ID = 2**31 - 1  # of a row
_ATTEMPT_KEY_AT_MOST = 200


@dataclass(frozen=True)
class Asked:
    """A request: `body` is the operation's model, JSON, or bytes. `path` has the names in the operation's path."""

    headers: Headers
    body: Any = field(default=None, repr=False)
    caller: Caller | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: QueryParams = field(default_factory=QueryParams)

    @property
    def who(self) -> Caller:
        if self.caller is None:
            raise LookupError("this operation does not ask who is calling")
        return self.caller


class Endpoints:
    def __init__(
        self, store: Store, sip: Callable[[], ProvisioningAddresses],
        reachable_devices: Callable[[str], Sequence[str]], calls_up: Callable[[str], int],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._sip = sip
        self._reachable_devices = reachable_devices
        self._calls_up = calls_up
        self._clock = clock
        self._attempts = Attempts(clock)

    def sign_in(self, asked: Asked) -> Response:
        body: SignInBody = asked.body
        email = normal_email(body.email)
        wait = self._attempts.begin(email)
        if wait:
            raise too_many_attempts(wait)
        if not password_fits(body.password, self._store.accounts.password_hash(email)):
            raise Problem("invalid-credentials", "The e-mail or the password is wrong.")
        self._attempts.succeeded(email)
        device = NewDevice(
            body.device.id, body.device.type, body.device.name, body.device.platform, body.device.app_version
        )
        return _tokens(self._store.sessions.sign_in(email, device, body.replace_device), 201)

    def refresh(self, asked: Asked) -> Response:
        body: RefreshBody = asked.body
        attempt = asked.headers.get("idempotency-key", "")[:_ATTEMPT_KEY_AT_MOST]
        return _tokens(self._store.sessions.refresh(body.refresh_token, attempt or None), 200)

    def sign_out(self, asked: Asked) -> Response:
        self._store.sessions.sign_out(asked.who)
        return Response(status_code=204, headers=NO_STORE)

    def provisioning(self, asked: Asked) -> Response:
        auth_username, password = self._store.devices.sip_secret(asked.who.device_id)
        document, _ = self._store.extensions.get(asked.who.extension)
        content = provisioning(
            self._sip(), key=document["key"], label=document["label"], auth_username=auth_username, password=password,
            tls=document["network"]["tls"],
        )
        return JSONResponse(content, headers=NO_STORE)

    def extension(self, asked: Asked) -> Response:
        document, etag = self._store.extensions.get(asked.who.extension, asked.who.device_id)
        if etag in entity_tags(asked.headers.get("if-none-match")):
            return Response(status_code=304, headers={"ETag": etag} | NO_STORE)
        return JSONResponse(document, headers={"ETag": etag} | NO_STORE)

    def patch_extension(self, asked: Asked) -> Response:
        who = asked.who
        document, etag = self._store.extensions.patch(
            who.extension, asked.body, entity_tags(asked.headers.get("if-match")), who.device_id,
            Author(who.name, who.device_name),
        )
        return JSONResponse(document, headers={"ETag": etag} | NO_STORE)

    def changes(self, asked: Asked) -> Response:
        """A conflict may show before anything is sent, when the event of somebody's change comes first."""
        who = asked.who
        found = self._store.extensions.changes_since(who.extension, entity_tags(asked.query.get("since")))
        return JSONResponse(found, headers=NO_STORE)

    def deactivate_device(self, asked: Asked) -> Response:
        """Another device of the extension is told that it was replaced; with one's own it is signing out."""
        who, device_id = asked.who, asked.path["id"]
        reason = "signed-out" if device_id == who.device_id else "replaced"
        self._store.sessions.deactivate(device_id, reason, who.extension)
        return Response(status_code=204, headers=NO_STORE)

    def rename_device(self, asked: Asked) -> Response:
        body: DeviceNameBody = asked.body
        self._store.devices.rename(asked.who.extension, asked.path["id"], body.name)
        return Response(status_code=204, headers=NO_STORE)

    def calls(self, asked: Asked) -> Response:
        given = asked.query.get("before")
        before = None if given is None else query_integer(given, "before", 0, 0, LARGEST_ID)
        limit = query_integer(asked.query.get("limit"), "limit", CALLS_UNLESS_ASKED, 1, CALLS_AT_MOST)
        return JSONResponse(self._store.calls.of(asked.who.extension, before, limit), headers=NO_STORE)

    def request_caller_id(self, asked: Asked) -> Response:
        body: CallerIdRequestBody = asked.body
        who = asked.who
        made = self._store.caller_id_requests.ask(who.extension, who.email, body.number, body.note)
        return JSONResponse(made, 202, headers=NO_STORE)

    def caller_id_requests(self, asked: Asked) -> Response:
        return JSONResponse(self._store.caller_id_requests.of(asked.who.extension), headers=NO_STORE)

    def outbound_rules(self, asked: Asked) -> Response:
        return JSONResponse([asdict(rule) for rule in self._store.rules.all()], headers=NO_STORE)

    def directory(self, asked: Asked) -> Response:
        entries = {
            document["key"]: {
                "key": document["key"], "label": document["label"], "kind": "extension",
                "presence": self._presence(document),
            }
            for document in self._store.extensions.all()
        }
        for row in self._store.directory_rows():
            keys = self._store.group_members(row["key"]) if row["kind"] == "group" else (row["key"],)
            entries.setdefault(row["key"], row | {"presence": row["presence"] or self._reachable(*keys)})
        return JSONResponse(sorted(entries.values(), key=lambda entry: (len(entry["key"]), entry["key"])),
                            headers=NO_STORE)

    def _presence(self, document: dict[str, Any]) -> str:
        until = parse_moment(document["dnd"]["until"] or "")
        if document["dnd"]["enabled"] and (until is None or until.timestamp() > self._clock()):
            return "dnd"
        if self._on_call(document["key"]):
            return "on_call"
        if document["forwarding"]["enabled"]:
            return "forwarding"
        return self._reachable(document["key"])

    def _on_call(self, key: str) -> bool:
        try:
            return self._calls_up(key) > 0
        except Exception:
            _log.exception("signalling does not tell who is on a call")
            return False

    def _reachable(self, *keys: str) -> str:
        """Of any of them. A directory without presence is better than none."""
        try:
            return "available" if any(self._reachable_devices(key) for key in keys) else "offline"
        except Exception:
            _log.exception("signalling does not tell who is registered")
            return "unknown"


def _tokens(granted: Granted, status: int) -> Response:
    content = {
        "access_token": granted.access_token, "token_type": "Bearer", "expires_in": granted.expires_in,
        "refresh_token": granted.refresh_token, "extension": granted.extension,
        "account": {"email": granted.email, "name": granted.name, "organisation": granted.organisation},
    }
    return JSONResponse(content, status, headers=NO_STORE)
