"""The command line of `softphone pbx admin`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from softphone.extension.moment import parse_moment
from softphone.extension.outgoing_rules import EMERGENCY_EVERYWHERE, OutboundPattern
from softphone.extension.settings import E164, KEY

EPILOG = """\
examples:
  softphone pbx admin --data DIR users
  softphone pbx admin --data DIR debug-mode 100 on --until 2026-11-24T18:00:00+08:00
  softphone pbx admin --data DIR caller-ids 100 +6561234567 +6591112222
  softphone pbx admin --data DIR usage 110 --minutes 300
  softphone pbx admin --data DIR outbound-rule add standard Standard --pattern +1900:refuse:"premium numbers" \\
      --pattern +44:passcode:"the United Kingdom"
  softphone pbx admin --data DIR set 110 /dnd/enabled true

Usage limits are by time: calls have no price here, so that a limit in money is refused.

It may be run while the phone system runs, which shows every change in open panels within a second, and while it does
not. Exit codes: 0 done, 1 refused (the reason on stderr), 2 wrong usage.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="softphone pbx admin", description="What only an administrator of the phone system may do.",
        epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--data", type=Path, metavar="DIR", help="the phone system's data folder")
    made.add_argument("--database", metavar="URL", help="its database instead; else SOFTPHONE_DATABASE")
    made.add_argument("--json", action="store_true", help="answer in JSON")
    made.add_argument("--by", default="Your administrator", metavar="NAME", help="who people are told has changed it")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _people(commands)
    _settings(commands)
    _organisation(commands)
    return made


def _people(commands: Any) -> None:
    users = commands.add_parser("users", help="who may sign in").add_subparsers(dest="action", metavar="ACTION")
    add = users.add_parser("add", help="one more person; the password is read from standard input, or made and told")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("key", metavar="KEY", type=key)
    add.add_argument("label", metavar="LABEL")
    add.add_argument("--name", default="", help="of the person, when the label is another")
    add.add_argument("--role", choices=("owner", "admin", "member"), default="member")
    add.add_argument("--caller-id", action="append", default=[], type=number, dest="caller_ids", metavar="NUMBER")
    add.add_argument("--password-stdin", action="store_true", help="one line of standard input is the password")
    change = users.add_parser("password", help="another password")
    change.add_argument("email", metavar="EMAIL")
    change.add_argument("--password-stdin", action="store_true", help="one line of standard input is the password")
    remove = users.add_parser("remove", help="the account; its extension stays")
    remove.add_argument("email", metavar="EMAIL")
    extensions = commands.add_parser("extensions", help="the extensions").add_subparsers(
        dest="action", metavar="ACTION")
    add = extensions.add_parser("add", help="an extension without an account")
    add.add_argument("key", metavar="KEY", type=key)
    add.add_argument("label", metavar="LABEL")
    extensions.add_parser("show", help="every setting of one").add_argument("key", metavar="KEY", type=key)
    licence = commands.add_parser("licence", help="the desktop licence of whoever has the extension")
    _key_and(licence, "on", choices=("on", "off"))


def _settings(commands: Any) -> None:
    one = commands.add_parser("set", help="any setting of an extension")
    _key_and(one, "pointer", type=pointer, metavar="/POINTER")
    one.add_argument("value", metavar="VALUE", help="JSON; what is none is taken for text")
    secret = commands.add_parser("passcode", help="what an extension is asked before some calls")
    secret.add_argument("key", metavar="KEY", type=key)
    secret.add_argument(
        "--passcode-stdin", action="store_true", required=True,
        help="one line of standard input is the passcode; an empty one takes it away",
    )
    for name, words in (("lock", "nobody but an administrator changes that setting"), ("unlock", "anybody may again")):
        _key_and(commands.add_parser(name, help=words), "pointer", type=pointer, metavar="/POINTER")
    debug = commands.add_parser("debug-mode", help="whether the application's logs may be sent")
    _key_and(debug, "on", choices=("on", "off"))
    debug.add_argument("--until", type=moment, metavar="TIME", help="off again then; RFC 3339 with an offset")
    callers = commands.add_parser("caller-ids", help="the caller IDs that the person can choose from; none: all owned")
    callers.add_argument("key", metavar="KEY", type=key)
    callers.add_argument("numbers", metavar="NUMBER", type=number, nargs="*")
    callers.add_argument("--owned", type=number, nargs="+", metavar="NUMBER", help="the numbers that the person owns")
    usage = commands.add_parser("usage", help="the usage limit, by the month")
    usage.add_argument("key", metavar="KEY", type=key)
    limit = usage.add_mutually_exclusive_group()
    limit.add_argument("--minutes", type=amount, metavar="N")
    limit.add_argument("--amount", type=amount, metavar="N", help="of money: refused, as calls have no price here")
    limit.add_argument("--unlimited", action="store_true")
    usage.add_argument("--currency", metavar="CODE", help="of --amount")
    usage.add_argument("--reset", action="store_true", help="nothing is used this month")


def _organisation(commands: Any) -> None:
    rules = commands.add_parser("outbound-rule", help="where extensions may call").add_subparsers(
        dest="action", metavar="ACTION")
    rules.add_parser("list", help="the rules")
    add = rules.add_parser("add", help="make or replace a rule")
    add.add_argument("id", metavar="ID")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--description", default="")
    add.add_argument(
        "--pattern", action="append", default=[], type=pattern, dest="patterns", metavar="PREFIX:ACTION[:PLACE]",
        help="allow, refuse or passcode for numbers that begin so; the first that matches decides",
    )
    assign = rules.add_parser("assign", help="an extension goes by a rule")
    _key_and(assign, "id", metavar="ID", help='"none" for no rule')
    rules.add_parser("remove", help="a rule that nobody goes by").add_argument("id", metavar="ID")
    groups = commands.add_parser("group", help="call groups").add_subparsers(dest="action", metavar="ACTION")
    groups.add_parser("list", help="the groups")
    add = groups.add_parser("add", help="make or replace a group")
    add.add_argument("key", metavar="KEY", type=key)
    add.add_argument("label", metavar="LABEL")
    add.add_argument("members", metavar="MEMBER", type=key, nargs="+")
    groups.add_parser("remove", help="a group; its members stay").add_argument("key", metavar="KEY", type=key)
    requests = commands.add_parser("requests", help="requests for caller IDs").add_subparsers(
        dest="action", metavar="ACTION")
    requests.add_parser("list", help="the requests, the newest first")
    for name, words in (("ready", "the number is the extension's from now on"), ("refuse", "say why")):
        answer = requests.add_parser(name, help=words)
        answer.add_argument("id", metavar="ID", type=int)
        answer.add_argument("--reason", default="", required=name == "refuse")


def _key_and(command: argparse.ArgumentParser, name: str, **more: Any) -> None:
    command.add_argument("key", metavar="KEY", type=key)
    command.add_argument(name, **more)


def key(text: str) -> str:
    if not re.fullmatch(KEY, text):
        raise argparse.ArgumentTypeError(f"{text!r} is no extension: digits only")
    if text in EMERGENCY_EVERYWHERE:
        raise argparse.ArgumentTypeError(f"{text} calls the emergency services everywhere, and cannot be an extension")
    return text


def number(text: str) -> str:
    if not re.fullmatch(E164, text):
        raise argparse.ArgumentTypeError(f"{text!r} is no phone number: write it like +6531234567")
    return text


def pointer(text: str) -> str:
    if not re.fullmatch(r"(/[a-z0-9_]+)+", text) or len(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} names no setting: write it like /dnd/enabled")
    return text


def amount(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1_000_000_000:
        raise argparse.ArgumentTypeError("a limit is from 0 to 1000000000")
    return value


def moment(text: str) -> float:
    """Unix seconds."""
    found = parse_moment(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write it like 2026-11-24T18:00:00+08:00")
    return found.timestamp()


def pattern(text: str) -> OutboundPattern:
    prefix, _, rest = text.partition(":")
    action, _, place = rest.partition(":")
    if not re.fullmatch(r"\+[0-9]{0,15}", prefix) or action not in ("allow", "refuse", "passcode"):
        raise argparse.ArgumentTypeError(f"{text!r} is no pattern: write it like +44:passcode:the United Kingdom")
    return OutboundPattern(prefix, action, place)  # type: ignore[arg-type]
