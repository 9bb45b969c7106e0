"""The command line's verbs for settings and voice messages. Main thread."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from softphone.control.protocol import WRONG_USAGE, Reply
from softphone.extension.document import value_at
from softphone.extension.moment import parse_moment
from softphone.extension.settings import KEY
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.number import to_e164
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.settings_change import SettingState, patch_of

Answer = Callable[[Reply], None]

SAVE_WAIT = 30.0  # seconds for the service's answer
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_SECRET = "passcode"


class SettingsVerbs(ABC):
    """A part of `Verbs`."""

    _phone: Phone

    @abstractmethod
    def _refusal(self, failure: Failure) -> Reply: ...

    @abstractmethod
    def _finish_on(
        self, topic: Topic, look: Callable[[object], None], reply: Answer, seconds: float,
        late: Callable[[], Reply] | None = None,
    ) -> Answer: ...  # fmt: skip

    def _do_dnd(self, arguments: dict[str, Any], reply: Answer) -> None:
        on, given = arguments.get("on") is True, arguments.get("until")
        until = None if given is None else _until(str(given), self._phone.now())
        if given is not None and (until is None or not on):
            reply(Reply(WRONG_USAGE, error="--until goes with on, and takes 18:00 or 2026-11-22T18:00:00+08:00"))
            return
        self._save({"/dnd": {"enabled": on, "until": until}}, reply)

    def _do_forward(self, arguments: dict[str, Any], reply: Answer) -> None:
        """To one number or extension, in the place of all there were; off keeps them for the next time."""
        if arguments.get("on") is not True:
            self._save({"/forwarding/enabled": False}, reply)
            return
        typed = str(arguments.get("number") or "").strip()
        if not typed:
            self._save({"/forwarding/enabled": True}, reply)
            return
        key = re.fullmatch(KEY, typed) is not None and len(typed) <= 6
        number = None if key else to_e164(typed, self._phone.region)
        if not key and number is None:
            raise Refused(Failure(FailureKind.BAD_NUMBER, detail=typed[:40]))
        members = {"enabled": True, "number": number, "extensions": [typed] if key else []}
        self._save({"/forwarding": members}, reply)

    def _do_settings_get(self, arguments: dict[str, Any], reply: Answer) -> None:
        settings, where = self._phone.settings, str(arguments.get("pointer") or "")
        if settings.document is None:
            raise Refused(Failure(FailureKind.NOT_NOW, detail="no settings yet"))
        document = settings.document.to_json()
        if not where:  # the whole, which people paste into messages
            reply(Reply(result={name: value for name, value in document.items() if name != _SECRET}))
        elif not where.startswith("/") or (value_at(document, where) is None and not settings.available(where)):
            reply(Reply(WRONG_USAGE, error=f"there is no setting {where}"))
        else:
            reply(Reply(result=value_at(document, where)))

    def _do_settings_set(self, arguments: dict[str, Any], reply: Answer) -> None:
        where = str(arguments.get("pointer") or "")
        if not re.fullmatch(r"(/[^/]+)+", where):
            reply(Reply(WRONG_USAGE, error="a setting is named like /forwarding/number"))
            return
        self._save({where: arguments.get("value")}, reply)

    def _do_voicemail_list(self, arguments: dict[str, Any], reply: Answer) -> None:
        voicemails, missing = self._phone.voicemails, Failure(FailureKind.NOT_FOUND, detail="voicemails")
        if not voicemails.available:
            raise Refused(missing)

        def listed(_: object) -> None:
            if not voicemails.available:
                finish(self._refusal(missing))
            elif voicemails.failure is not None:
                finish(self._refusal(voicemails.failure))
            else:
                finish(Reply(result=[
                    {"id": one.id, "from": one.caller, "name": one.caller_name, "at": one.at, "seconds": one.seconds,
                     "read": one.read}
                    for one in voicemails.entries
                ]))  # fmt: skip

        finish = self._finish_on(Topic.VOICEMAILS, listed, reply, SAVE_WAIT)
        voicemails.load()

    def _save(self, members: dict[str, Any], reply: Answer) -> None:
        """Answered when the change is saved, waits for the service, or is refused."""
        settings = self._phone.settings
        wheres = list(members)

        def look(_: object) -> None:
            states = [settings.state(where) for where in wheres]
            if SettingState.REFUSED in states or SettingState.CONFLICT in states:
                failure = next((f for where in wheres if (f := settings.failure(where))), None)
                finish(self._refusal(failure or Failure(FailureKind.CONFLICT)))
            elif SettingState.PENDING not in states:
                finish(Reply(result={"state": ("waiting" if SettingState.WAITING in states else "saved")}))

        finish = self._finish_on(Topic.SETTINGS, look, reply, SAVE_WAIT)
        try:
            settings.change(patch_of(members), what=wheres[0])
        except Refused as refused:
            finish(self._refusal(refused.failure))
            return
        look(None)


def _until(text: str, now: float) -> str | None:
    """RFC 3339 of a moment, or of the next time that the clock shows it; None when it is neither."""
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        return text if parse_moment(text) is not None else None
    local = datetime.fromtimestamp(now).astimezone()
    at = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    if at <= local:
        at += timedelta(days=1)
    return at.isoformat()
