"""The command line of `softphone pbx`, and the file of people it may be given."""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from softphone.extension.outgoing_rules import EMERGENCY_EVERYWHERE
from softphone.pbx.demo import ACCOUNTS, DOMAIN, ROBOTS, DirectoryEntry, PersonWithAccount
from softphone.pbx.kamailio.cluster import Cluster, cluster
from softphone.pbx.mail import PASSWORD_VARIABLE, SECURITIES, USER_VARIABLE, SmtpServer, smtp_server
from softphone.pbx.service.months import zone

ENGINES = ("sippy", "kamailio")

USERS_FORMAT = """\
people and extensions beside the demo's (FILE of --users, JSON; "-" reads one line of standard input):
  {"users": [{"email": "dan@example.com", "extension": "130", "label": "Dan Ho",
              "password": "optional, else made and kept", "caller_ids": ["+6561234570"],
              "role": "member", "licensed": true}],
   "extensions": [{"key": "140", "label": "Reception", "presence": "unknown"}]}

While it runs, a parent may write JSON lines to standard input:
  {"command": "call_in", "to": "100", "from": "+6591234567", "name": "", "after": 0}   somebody outside calls
  {"command": "stop"}
and reads JSON lines on standard output: first the addresses, then events (digit, mailbox, call_ended, media).
It stops with its parent when standard input is the parent's pipe, and with SIGTERM.
"""


@dataclass(frozen=True)
class Options:
    """`data` None: a folder of its own, removed at the end. Port 0: any, and with `data` those of the last run."""

    data: Path | None
    listen: str
    domain: str
    database: str | None
    sip_port: int
    https_port: int
    people: tuple[PersonWithAccount, ...]
    directory: tuple[DirectoryEntry, ...]
    trace: bool
    engine: str = "sippy"  # which SIP server: sippy | kamailio
    cluster: Cluster | None = None  # of several machines with Kamailio and one database
    time_zone: str | None = None  # None: as it was given before, at first the demo's
    smtp: SmtpServer | None = None


class WrongUsage(Exception):
    """What is wrong, in a sentence."""


def parse(arguments: list[str]) -> Options:
    """Exits with status 2 when the arguments are wrong, and with 0 after --help."""
    parser = argparse.ArgumentParser(
        prog="softphone pbx",
        description="A local phone system with its account service, for the demo and for tests. What only an "
        "administrator may do: softphone pbx admin --help",
        epilog=USERS_FORMAT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where it keeps everything; else a temporary folder")
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS", help="one IPv4 address of this computer")
    parser.add_argument("--domain", default=DOMAIN, help="the SIP domain (%(default)s)")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="SQLAlchemy's URL, e.g. of PostgreSQL; else SQLite in DIR. With a password in it, give it "
        "by the environment as SOFTPHONE_DATABASE: arguments can be read by everyone on the computer",
    )
    parser.add_argument("--sip-port", type=_port, default=0, metavar="N", help="UDP and TCP; TLS has N + 1")
    parser.add_argument("--https-port", type=_port, default=0, metavar="N", help="the account service's")
    parser.add_argument(
        "--user", action="append", default=[], metavar="EMAIL:KEY:LABEL", help="one more person; the password is made"
    )
    parser.add_argument("--users", metavar="FILE", help="more people and extensions, see below")
    parser.add_argument("--without-demo", action="store_true", help="leave out Alice, Bob and Carol")
    parser.add_argument(
        "--smtp", metavar="HOST:PORT",
        help=f"sends voicemail and missed calls by e-mail; its user and password come by the environment as "
        f"{USER_VARIABLE} and {PASSWORD_VARIABLE}",
    )
    parser.add_argument(
        "--smtp-security", choices=SECURITIES,
        help="else: tls on port 465, none on this computer, starttls elsewhere; certificates are verified",
    )
    parser.add_argument("--smtp-from", metavar="ADDRESS", help="the sender of that mail (voicemail@DOMAIN)")
    parser.add_argument(
        "--engine", choices=ENGINES, default=ENGINES[0],
        help="the SIP server: sippy inside this process, or Kamailio, for what one machine cannot carry (%(default)s)",
    )
    parser.add_argument(
        "--cluster-listen", metavar="ADDRESS:PORT",
        help="of this computer, for the other machines of the cluster: a network of their own",
    )
    parser.add_argument(
        "--cluster-peer", action="append", default=[], metavar="ADDRESS:PORT", help="each of the other machines"
    )
    parser.add_argument(
        "--cluster-secret-file", type=Path, metavar="FILE", help="a line that all machines of the cluster know"
    )
    parser.add_argument(
        "--time-zone", metavar="NAME", help="the organisation's, like Asia/Singapore: usage begins anew by its months"
    )
    parser.add_argument("--trace", action="store_true", help="write every SIP message of the media to the log")
    given = parser.parse_args(arguments)
    try:
        people, directory = _people(given)
        address = str(ipaddress.IPv4Address(given.listen))
        if ipaddress.IPv4Address(address).is_unspecified:
            raise WrongUsage("--listen names one address of this computer, which is told to telephones")
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,80}[a-z0-9])?", given.domain):
            raise WrongUsage("--domain is no domain name")
        if given.time_zone is not None:
            zone(given.time_zone)
        others = cluster(given.cluster_listen, given.cluster_peer, given.cluster_secret_file)
        if others is not None and given.engine != "kamailio":
            raise WrongUsage("a cluster needs --engine kamailio")
        sender = given.smtp_from or f"voicemail@{given.domain}"
        smtp = smtp_server(given.smtp, sender, os.environ, given.smtp_security) if given.smtp else None
    except (WrongUsage, ValueError, OSError) as problem:
        parser.error(str(problem))
    return Options(
        data=given.data.absolute() if given.data else None,
        listen=address,
        domain=given.domain,
        database=given.database or os.environ.get("SOFTPHONE_DATABASE") or None,
        sip_port=given.sip_port,
        https_port=given.https_port,
        people=people,
        directory=directory,
        trace=given.trace,
        engine=given.engine,
        cluster=others,
        time_zone=given.time_zone,
        smtp=smtp,
    )


def _people(given: argparse.Namespace) -> tuple[tuple[PersonWithAccount, ...], tuple[DirectoryEntry, ...]]:
    people = [] if given.without_demo else list(ACCOUNTS)
    directory = list(ROBOTS)
    for text in given.user:
        email, separator, rest = text.partition(":")
        key, also, label = rest.partition(":")
        if not separator or not also:
            raise WrongUsage("--user is EMAIL:KEY:LABEL")
        people.append(_person({"email": email, "extension": key, "label": label}))
    if given.users:
        text = sys.stdin.readline() if given.users == "-" else Path(given.users).read_text(encoding="utf-8")
        try:
            document = json.loads(text)
            people += [_person(entry) for entry in document.get("users", [])]
            directory += [
                DirectoryEntry(_key(entry["key"]), str(entry["label"]), str(entry.get("presence", "unknown")))
                for entry in document.get("extensions", [])
            ]
        except (ValueError, TypeError, AttributeError, KeyError) as problem:
            raise WrongUsage(f"--users: {problem!r}") from problem
    return tuple(people), tuple(directory)


def _person(entry: dict[str, Any]) -> PersonWithAccount:
    email = str(entry["email"])
    if not re.fullmatch(r"[^@\s:]+@[^@\s:]+", email):
        raise WrongUsage(f"{email!r} is no e-mail address")
    password = entry.get("password")
    if password is not None and (not isinstance(password, str) or not password):
        raise WrongUsage(f"the password of {email} is no text")
    return PersonWithAccount(
        email=email,
        extension=None if entry.get("extension") is None else _key(entry["extension"]),
        label=str(entry["label"]),
        caller_ids=tuple(map(str, entry.get("caller_ids", ()))),
        role=str(entry.get("role", "member")),
        licensed=bool(entry.get("licensed", True)),
        password=password,
    )


def _key(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,20}", text):
        raise WrongUsage(f"{text!r} is no extension: digits only")
    if text in EMERGENCY_EVERYWHERE:
        raise WrongUsage(f"{text} calls the emergency services everywhere, and cannot be an extension")
    return text


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65534:
        raise ValueError
    return number
