"""The command line's words for settings and voice messages. Standard library only."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


class NoJson(ValueError):
    """The value given is no JSON."""


def add_parsers(verbs: Any) -> None:
    dnd = verbs.add_parser("dnd", help="do not disturb")
    dnd.add_argument("on", choices=("on", "off"))
    dnd.add_argument("--until", metavar="TIME", help="18:00, or 2026-11-22T18:00:00+08:00; else until turned off")
    forward = verbs.add_parser("forward", help="call forwarding")
    forward.add_argument("on", choices=("on", "off"))
    forward.add_argument("number", nargs="?", help="a number or an extension; without it: where it was set to go")
    settings = verbs.add_parser("settings", help="read and change the extension's settings")
    actions = settings.add_subparsers(dest="action", metavar="ACTION", required=True)
    get = actions.add_parser("get", help="all settings, or one")
    get.add_argument("pointer", nargs="?", help="JSON Pointer of the setting, like /forwarding/number")
    change = actions.add_parser("set", help="change one setting")
    change.add_argument("pointer")
    change.add_argument("value", metavar="JSON", help='like true or \'["101", "102"]\'; - reads it from standard input')
    voicemail = verbs.add_parser("voicemail", help="voice messages")
    listing = voicemail.add_subparsers(dest="action", metavar="ACTION", required=True).add_parser("list")
    listing.add_argument("--json", action="store_true")


def asked(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """The verb as the running telephone knows it, and what it takes. Raises `NoJson`."""
    if options.verb in ("dnd", "forward"):
        return options.verb, {"on": options.on == "on"}
    if options.verb == "settings" and options.action == "set":
        text = sys.stdin.read() if options.value == "-" else options.value
        try:
            return "settings-set", {"value": json.loads(text)}
        except ValueError as problem:
            raise NoJson(f'{text[:40]!r} is no JSON; text stands in quotes: \'"text"\'') from problem
    if options.verb in ("settings", "voicemail"):
        return f"{options.verb}-{options.action}", {}
    return options.verb, {}


def show(options: argparse.Namespace, result: Any) -> bool:
    """Print an answer; False when it is not one of ours."""
    if options.verb == "settings" and options.action == "get":
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif options.verb in ("dnd", "forward", "settings"):
        if result["state"] == "waiting":
            print("It will be saved when the phone service can be reached.")
    elif options.verb == "voicemail" and options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    elif options.verb == "voicemail":
        from datetime import datetime

        for one in result:
            at = datetime.fromtimestamp(one["at"]).astimezone().isoformat(sep=" ", timespec="minutes")
            who = " ".join(filter(None, (one["from"] or "hidden", one["name"])))
            print(f"{'   ' if one['read'] else 'new'} {at}  {one['seconds']:.0f} s  {who}")
    else:
        return False
    return True
