"""What the administrator's commands do, each a function from the store and the arguments to what is told."""

from __future__ import annotations

import json
import secrets
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from softphone.extension.document import Fault, merge_patch, value_at
from softphone.extension.outgoing_rules import OutboundRule
from softphone.extension.settings import Settings
from softphone.extension.validation import ADMINISTRATORS_ONLY
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.group_store import CallGroup
from softphone.pbx.service.refusals import Invalid, NotFound
from softphone.pbx.service.store import Store, normal_email

Document = dict[str, Any]
#: Made by others: by signing in, by talking, by the calendar; or a secret, which stands in no argument.
NOT_SET = {
    "/key": "An extension keeps its key.",
    "/passcode": "A passcode is a secret: passcode KEY --passcode-stdin reads it from standard input.",
    "/devices": "Devices are activated by signing in on them.",
    "/usage_limit/used": "What is used is counted; it can be set to nothing: usage KEY --reset.",
    "/usage_limit/resets_on": "Usage begins anew on the first of every month.",
}

_NO_MONEY = "Calls have no price here, so that a limit in money would never act: limit minutes."


@dataclass(frozen=True)
class Told:
    """Sentences for a person, and the same as a JSON value for a program."""

    lines: list[str]
    value: Any = None


@dataclass(frozen=True)
class Asked:
    store: Store
    given: Namespace
    author: Author


def users(asked: Asked) -> Told:
    accounts = asked.store.accounts.all()
    return Told([_user(row) for row in accounts] or ["Nobody has an account yet."], accounts)


def add_user(asked: Asked) -> Told:
    store, given = asked.store, asked.given
    email, password, made = normal_email(given.email), *_password(given)
    here = store.accounts.all()
    if any(row["extension"] == given.key for row in here):
        raise Invalid([Fault("", "taken", f"Extension {given.key} is somebody's already.")])
    if store.accounts.password_hash(email) is not None:
        raise Invalid([Fault("", "taken", f"{email} has an account already.")])
    _free(store, given.key)
    store.ensure_account(
        email, password, given.key, given.label, name=given.name or None, role=given.role,
        caller_ids=given.caller_ids, organisation=here[0]["organisation"] if here else "",
        locked=ADMINISTRATORS_ONLY if given.role == "member" else (),
    )
    lines = [f"{email} can sign in, and has extension {given.key}."]
    return Told(lines + made, {"email": email, "extension": given.key} | ({"password": password} if made else {}))


def set_password(asked: Asked) -> Told:
    email, password, made = normal_email(asked.given.email), *_password(asked.given)
    try:
        asked.store.accounts.set_password(email, password)
    except NotFound:
        raise _nobody(email) from None
    value = {"email": email} | ({"password": password} if made else {})
    return Told([f"{email} signs in with another password from now on.", *made], value)


def remove_user(asked: Asked) -> Told:
    email = normal_email(asked.given.email)
    try:
        asked.store.accounts.remove(email)
    except NotFound:
        raise _nobody(email) from None
    return Told([f"{email} cannot sign in any more. The extension stays."], {"email": email})


def licence(asked: Asked) -> Told:
    key, on = asked.given.key, asked.given.on == "on"
    emails = [row["email"] for row in asked.store.accounts.all() if row["extension"] == key]
    if not emails:
        raise Invalid([Fault("", "nobody", f"Nobody has extension {key}.")])
    for email in emails:
        asked.store.accounts.set_licence(email, on)
    whom = " and ".join(emails)
    said = "may use" if on else "is signed out, and may not use"
    return Told([f"{whom} {said} the desktop application."], {"emails": emails, "licensed": on})


def extensions(asked: Asked) -> Told:
    documents = asked.store.extensions.all()
    shown = [
        {name: document[name] for name in ("key", "label", "type", "role", "call_group", "debug_mode", "outbound_rule")}
        for document in documents
    ]
    lines = [f"{one['key']:6} {one['label']}, {one['role']}{_more(one)}" for one in shown]
    return Told(lines or ["There are no extensions yet."], shown)


def add_extension(asked: Asked) -> Told:
    key, label = asked.given.key, asked.given.label
    _free(asked.store, key)
    if not asked.store.extensions.ensure(Settings(key=key, label=label, locked=ADMINISTRATORS_ONLY)):
        raise Invalid([Fault("", "taken", f"{key} is an extension already.")])
    return Told([f"Extension {key} is there."], {"key": key, "label": label})


def show_extension(asked: Asked) -> Told:
    document, etag = asked.store.extensions.get(asked.given.key)
    document = document | {"passcode": "(set)" if document["passcode"] else ""}
    return Told([json.dumps(document, indent=2, ensure_ascii=False)], {"etag": etag} | document)


def set_value(asked: Asked) -> Told:
    where, text = asked.given.pointer, asked.given.value
    for refused, why in NOT_SET.items():
        if where == refused or where.startswith(refused + "/") or refused.startswith(where + "/"):
            raise Invalid([Fault(where, "read-only", why)])
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if where == "/usage_limit/kind" and value == "amount":
        raise Invalid([Fault(where, "no-price", _NO_MONEY)])
    return _changed(asked, where, value)


def passcode(asked: Asked) -> Told:
    """An empty line takes it away. Told nowhere."""
    entered = sys.stdin.readline().strip()
    _change(asked, lambda document: document | {"passcode": entered})
    said = "another" if entered else "no"
    return Told([f"Extension {asked.given.key} has {said} passcode."], _key_and(asked, passcode_set=bool(entered)))


def lock(asked: Asked) -> Told:
    where = asked.given.pointer
    document, _ = asked.store.extensions.get(asked.given.key)
    if _parent_lacks(document, where):
        raise Invalid([Fault(where, "unknown", f"There is no setting {where}.")])
    _change(asked, lambda document: document | {"locked": [*dict.fromkeys([*document["locked"], where])]})
    return Told([f"Only an administrator changes {where} of {asked.given.key} now."], _key_and(asked, locked=where))


def unlock(asked: Asked) -> Told:
    where = asked.given.pointer
    document, _ = asked.store.extensions.get(asked.given.key)
    if where not in document["locked"]:
        raise Invalid([Fault(where, "not-locked", f"{where} of {asked.given.key} is not locked.")])
    _change(asked, lambda document: document | {"locked": [one for one in document["locked"] if one != where]})
    return Told([f"Extension {asked.given.key} may change {where} again."], _key_and(asked, unlocked=where))


def debug_mode(asked: Asked) -> Told:
    key, on, until = asked.given.key, asked.given.on == "on", asked.given.until
    if until is not None and (not on or until <= asked.store.clock()):
        raise Invalid([Fault("", "until", "--until goes with on, and is a time to come.")])
    _change(asked, lambda document: document | {"debug_mode": on})
    asked.store.timed.put(key, "/debug_mode", False, until)
    ends = None if until is None else datetime.fromtimestamp(until, asked.store.zone).isoformat(timespec="seconds")
    said = f"on until {ends}" if ends else "on" if on else "off"
    return Told([f"Debug mode of {key} is {said}."], _key_and(asked, debug_mode=on, until=ends))


def caller_ids(asked: Asked) -> Told:
    given = asked.given
    lists = {} if given.owned is None else {"numbers": list(dict.fromkeys(given.owned))}
    if given.numbers or given.owned is None:
        lists["assigned"] = list(dict.fromkeys(given.numbers))

    def change(document: Document) -> Document:
        shown = document["caller_id"] | lists
        allowed = shown["assigned"] or shown["numbers"]
        if (shown["mode"] == "assigned" and not shown["assigned"]) or (shown["mode"] == "random" and not allowed):
            shown["mode"] = "fixed"
        if shown["mode"] != "random" and shown["number"] not in allowed:
            shown["number"] = allowed[0] if allowed else None
        return document | {"caller_id": shown}

    after = _change(asked, change)["caller_id"]
    lines = [f"Extension {asked.given.key} can show {', '.join(after['assigned'] or after['numbers']) or 'no number'}."]
    if after["number"]:
        lines.append(f"It shows {after['number']}.")
    return Told(lines, _key_and(asked, caller_id=after))


def usage(asked: Asked) -> Told:
    given, key = asked.given, asked.given.key
    if given.amount is not None or given.currency is not None:
        raise Invalid([Fault("", "no-price", _NO_MONEY)])
    if given.reset:
        asked.store.usage.reset(key)
    limit: Document | None = None
    if given.minutes is not None:
        limit = {"kind": "duration", "limit": given.minutes, "currency": None}
    elif given.unlimited:
        limit = {"kind": "unlimited", "limit": None, "currency": None}
    if limit is not None:
        _change(asked, lambda document: document | {"usage_limit": document["usage_limit"] | limit})
    document, _ = asked.store.extensions.get(key)
    return Told([_usage(key, document["usage_limit"])], _key_and(asked, usage_limit=document["usage_limit"]))


def rules(asked: Asked) -> Told:
    found = asked.store.rules.all()
    lines = []
    for rule in found:
        lines.append(f"{rule.id}: {rule.name}. {rule.description}".rstrip())
        lines += [f"    {one.prefix:8} {one.action} {one.place}".rstrip() for one in rule.patterns]
    return Told(lines or ["There are no outbound rules yet."], [asdict(rule) for rule in found])


def add_rule(asked: Asked) -> Told:
    given = asked.given
    rule = OutboundRule(given.id, given.name, given.description, tuple(given.patterns))
    asked.store.rules.put(rule)
    return Told([f"Outbound rule {given.id} is saved; calls go by it at once."], asdict(rule))


def remove_rule(asked: Asked) -> Told:
    try:
        asked.store.rules.remove(asked.given.id)
    except NotFound:
        raise Invalid([Fault("", "unknown", f"There is no outbound rule {asked.given.id}.")]) from None
    return Told([f"Outbound rule {asked.given.id} is gone."], {"id": asked.given.id})


def assign_rule(asked: Asked) -> Told:
    rule = None if asked.given.id == "none" else asked.given.id
    _change(asked, lambda document: document | {"outbound_rule": rule})
    said = f"goes by outbound rule {rule}" if rule else "goes by no outbound rule"
    return Told([f"Extension {asked.given.key} {said}."], _key_and(asked, outbound_rule=rule))


def groups(asked: Asked) -> Told:
    found = asked.store.groups.all()
    lines = [f"{one.key:6} {one.label}: {', '.join(one.members)}" for one in found]
    return Told(lines or ["There are no call groups yet."], [asdict(one) for one in found])


def add_group(asked: Asked) -> Told:
    group = CallGroup(asked.given.key, asked.given.label, tuple(asked.given.members))
    asked.store.groups.put(group, asked.author)
    return Told([f"Calls to {group.key} ring {', '.join(group.members)}, each on one device."], asdict(group))


def remove_group(asked: Asked) -> Told:
    try:
        asked.store.groups.remove(asked.given.key, asked.author)
    except NotFound:
        raise Invalid([Fault("", "unknown", f"There is no call group {asked.given.key}.")]) from None
    return Told([f"Call group {asked.given.key} is gone; its members stay."], {"key": asked.given.key})


def requests(asked: Asked) -> Told:
    found = asked.store.caller_id_requests.of()
    return Told([_request(one) for one in found] or ["Nobody asks for a caller ID."], found)


def answer_request(asked: Asked) -> Told:
    given = asked.given
    try:
        done = asked.store.caller_id_requests.answer(given.id, given.action == "ready", given.reason, asked.author)
    except NotFound:
        raise Invalid([Fault("", "unknown", f"There is no request {given.id}.")]) from None
    return Told([_request(done)], done)


#: (command, action) -> what it does; no action is the list.
COMMANDS: dict[tuple[str, str | None], Callable[[Asked], Told]] = {
    ("users", None): users, ("users", "add"): add_user, ("users", "password"): set_password,
    ("users", "remove"): remove_user, ("licence", None): licence,
    ("extensions", None): extensions, ("extensions", "add"): add_extension, ("extensions", "show"): show_extension,
    ("set", None): set_value, ("lock", None): lock, ("unlock", None): unlock, ("debug-mode", None): debug_mode,
    ("passcode", None): passcode, ("caller-ids", None): caller_ids, ("usage", None): usage,
    ("outbound-rule", None): rules, ("outbound-rule", "list"): rules, ("outbound-rule", "add"): add_rule,
    ("outbound-rule", "assign"): assign_rule, ("outbound-rule", "remove"): remove_rule,
    ("group", None): groups, ("group", "list"): groups, ("group", "add"): add_group,
    ("group", "remove"): remove_group,
    ("requests", None): requests, ("requests", "list"): requests, ("requests", "ready"): answer_request,
    ("requests", "refuse"): answer_request,
}  # fmt: skip


def _change(asked: Asked, change: Callable[[Document], Document]) -> Document:
    return asked.store.extensions.change(asked.given.key, change, asked.author)[0]


def _changed(asked: Asked, where: str, value: Any) -> Told:
    patch: Any = value
    for name in reversed(where.split("/")[1:]):
        patch = {name: patch}
    after = _change(asked, lambda document: dict(merge_patch(document, patch)))
    said = json.dumps(value_at(after, where), ensure_ascii=False)
    return Told([f"{where} of {asked.given.key} is {said}."], _key_and(asked, pointer=where, value=value))


def _key_and(asked: Asked, **more: Any) -> dict[str, Any]:
    return {"key": asked.given.key} | more


def _parent_lacks(document: Document, where: str) -> bool:
    parent, _, name = where.rpartition("/")
    inside = value_at(document, parent) if parent else document
    return not isinstance(inside, dict) or name not in inside


def _free(store: Store, key: str) -> None:
    if store.group_members(key) or any(row["key"] == key for row in store.directory_rows()):
        raise Invalid([Fault("", "taken", f"{key} is in the directory already.")])


def _nobody(email: str) -> Invalid:
    return Invalid([Fault("", "unknown", f"Nobody has an account as {email}.")])


def _password(given: Namespace) -> tuple[str, list[str]]:
    """The one of standard input; else one that is made, and the line that tells it."""
    if given.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Invalid([Fault("", "password", "Standard input has no password.")])
        return password, []
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    return password, [f"The password is {password}"]


def _user(row: dict[str, Any]) -> str:
    licensed = "" if row["licensed"] else ", no desktop licence"
    return f"{row['email']}, {row['name']}, extension {row['extension'] or 'none'}{licensed}"


def _more(shown: dict[str, Any]) -> str:
    parts = [f"group {shown['call_group']}"] if shown["call_group"] else []
    parts += [f"rule {shown['outbound_rule']}"] if shown["outbound_rule"] else []
    parts += ["debug mode"] if shown["debug_mode"] else []
    return "".join(f", {part}" for part in parts)


def _usage(key: str, limit: Document) -> str:
    if limit["kind"] == "unlimited":
        return f"Extension {key} has no limit, and has talked {limit['used']:g} minutes outside this month."
    unit = "minutes" if limit["kind"] == "duration" else limit["currency"]
    return (f"Extension {key} has used {limit['used']:g} of {limit['limit']:g} {unit} this month; "
            f"it begins anew on {limit['resets_on']}.")


def _request(one: dict[str, Any]) -> str:
    why = f" ({one['reason']})" if one["reason"] else ""
    note = f": {one['note']}" if one["note"] else ""
    return f"{one['id']:>4} {one['asked_at']} extension {one['extension']} {one['number']} {one['state']}{why}{note}"
