"""`softphone pbx admin`: what only administrators may set, in the database, while the phone system runs or not.

The phone system that runs has the same database open, and follows what is written there (`DatabaseWatch`).
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from argparse import Namespace

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from softphone.pbx.admin_commands import COMMANDS, Asked, Told
from softphone.pbx.admin_options import parser
from softphone.pbx.service.change_log import Author
from softphone.pbx.service.database import FILE_NAME, sqlite_url
from softphone.pbx.service.problems import of_refusal
from softphone.pbx.service.refusals import Invalid, Locked, NoExtension, Refusal
from softphone.pbx.service.store import Store

DONE, REFUSED, WRONG_USAGE = 0, 1, 2


def run(arguments: list[str]) -> int:
    """Returns the exit code; wrong usage exits by itself."""
    options = parser()
    given = options.parse_args(arguments)
    if getattr(given, "action", None) is None:
        given.action = None
    url = _database(given)
    if url is None:
        options.error("say which phone system: --data DIR, or --database URL")
    if given.data is not None and not given.database and not (given.data / FILE_NAME).exists():
        return _refuse(f"There is no phone system's data in {given.data}. Give --database when it is elsewhere.")
    try:
        told = _do(given, url)
    except Refusal as refusal:
        return _refuse(_sentence(refusal, given))
    except (SQLAlchemyError, OSError, RuntimeError, ValueError) as error:
        return _refuse(f"The phone system's data cannot be used: {str(error).splitlines()[0]}")
    print(json.dumps(told.value, indent=2, ensure_ascii=False) if given.json else "\n".join(told.lines))
    return DONE


def _do(given: Namespace, url: str | URL) -> Told:
    with contextlib.closing(Store(url, realm="")) as store:
        return COMMANDS[given.command, given.action](Asked(store, given, Author(given.by)))


def _database(given: Namespace) -> str | URL | None:
    url: str | None = given.database or (None if given.data else os.environ.get("SOFTPHONE_DATABASE"))
    if url:
        return url
    if given.data is None:
        return None
    return sqlite_url(given.data / FILE_NAME)


def _sentence(refusal: Refusal, given: Namespace) -> str:
    if isinstance(refusal, NoExtension):
        return f"There is no extension {given.key}."
    if isinstance(refusal, Invalid | Locked):
        fault = refusal.faults[0]
        return f"{fault.pointer}: {fault.detail}" if fault.pointer else fault.detail
    return of_refusal(refusal).detail


def _refuse(sentence: str) -> int:
    print(f"softphone pbx admin: {sentence}", file=sys.stderr)
    return REFUSED
