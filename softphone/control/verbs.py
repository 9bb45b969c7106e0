"""The command line's verbs, done by the running telephone. Main thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from softphone.control.protocol import REFUSED, WRONG_USAGE, Question, Reply
from softphone.control.settings_verbs import Answer, SettingsVerbs
from softphone.control.status import sound_json, status_json
from softphone.phone.call import Call, Intent
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.number import to_e164
from softphone.phone.phone import Phone
from softphone.phone.plain_settings import HIDDEN
from softphone.phone.publisher import Topic
from softphone.phone.secret import Secret
from softphone.phone.session import SessionState

#: Runs a function after some seconds on the main thread; returns what cancels it.
Later = Callable[[float, Callable[[], None]], Callable[[], None]]

STATISTICS_WAIT = 0.4  # seconds for the user agent to measure before `status` answers with what it has
SIGN_IN_WAIT = 60.0


class Verbs(SettingsVerbs):
    """`sentence` makes a person's words of a failure; `show` raises the main window; `quit_` ends the program."""

    def __init__(
        self,
        phone: Phone,
        *,
        profile: str,
        version: str,
        sentence: Callable[[Failure], str],
        later: Later,
        show: Callable[[str], None],
        quit_: Callable[[], None],
        timings: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._phone = phone
        self._about = {"profile": profile, "version": version}
        self._sentence = sentence
        self._later = later
        self._show = show
        self._quit = quit_
        self._timings = timings

    def answer(self, question: Question, reply: Answer) -> None:
        verb: Callable[[dict[str, Any], Answer], None] | None = getattr(
            self, "_do_" + question.verb.replace("-", "_"), None
        )
        if verb is None:
            reply(Reply(WRONG_USAGE, error=f"there is no verb {question.verb!r}"))
            return
        try:
            verb(question.arguments, reply)
        except Refused as refused:
            reply(self._refusal(refused.failure))

    # --- the verbs ------------------------------------------------------------------------------------------------

    def _do_ping(self, arguments: dict[str, Any], reply: Answer) -> None:
        reply(Reply(result=self._about))

    def _do_open(self, arguments: dict[str, Any], reply: Answer) -> None:
        """A second start: show the window, with a `tel:` or `sip:` link in the box where one was given."""
        self._show(str(arguments.get("link") or ""))
        reply(Reply())

    def _do_sign_in(self, arguments: dict[str, Any], reply: Answer) -> None:
        """Answered when it is decided; while the program still looks for a saved account, that is awaited first."""
        phone = self._phone
        begun = False

        def decided(_: object = None) -> None:
            nonlocal begun
            state, failure = phone.session.state, phone.session.failure
            if state is SessionState.STARTING:
                return
            if not begun:
                begun = True
                try:
                    self._sign_in(arguments)
                except Refused as refused:
                    finish(self._refusal(refused.failure))
            elif state is SessionState.SIGNED_IN:
                finish(Reply(result=self._status()["signed_in"]))
            elif state is SessionState.SIGNED_OUT:
                finish(self._refusal(failure or Failure(FailureKind.NOT_NOW, detail="cancelled")))

        finish = self._finish_on(Topic.SESSION, decided, reply, SIGN_IN_WAIT)
        decided()

    def _sign_in(self, arguments: dict[str, Any]) -> None:
        password = Secret(str(arguments.get("password", "")))
        if arguments.get("sip"):
            self._phone.sign_in_sip(
                str(arguments["sip"]),
                password,
                server=arguments.get("server"),
                transport=arguments.get("transport"),
                auth_username=arguments.get("auth_username"),
            )
        else:
            self._phone.session.sign_in(
                str(arguments.get("email", "")),
                password,
                service=arguments.get("service"),
                replace_device=arguments.get("replace_device"),
            )

    def _do_sign_out(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.sign_out()
        reply(Reply())

    def _do_devices(self, arguments: dict[str, Any], reply: Answer) -> None:
        """List the sound devices; with choices given, choose first. "default" is the system's default."""
        phone = self._phone
        chosen: dict[str, str | None] = {}
        for role, kind in (("microphone", "input"), ("speaker", "output"), ("ringer", "output")):
            wanted = arguments.get(role)
            if wanted is None:
                continue
            known = {d.id: d.id for d in phone.sound_devices if d.kind == kind}
            known.update({d.name: d.id for d in phone.sound_devices if d.kind == kind})
            if wanted != "default" and wanted not in known:
                reply(Reply(REFUSED, error=f"there is no {kind} device {wanted!r}"))
                return
            chosen[role] = None if wanted == "default" else known[wanted]
        if chosen:
            phone.choose_sound(replace(phone.sound_choice, **chosen))  # type: ignore[arg-type]
        reply(Reply(result=sound_json(phone)))

    def _do_call(self, arguments: dict[str, Any], reply: Answer) -> None:
        shown = arguments.get("caller_id")
        caller_id = str(shown) if shown == HIDDEN else to_e164(str(shown), self._phone.region) if shown else None
        if shown and caller_id is None:
            raise Refused(Failure(FailureKind.BAD_NUMBER, detail="caller ID"))
        call = self._phone.call(str(arguments.get("number", "")), caller_id)
        reply(Reply(result={"id": call.id}))

    def _do_answer(self, arguments: dict[str, Any], reply: Answer) -> None:
        others = arguments.get("others", "hold")
        self._phone.calls.answer(self._pick(Intent.ANSWER, arguments).id, others="end" if others == "end" else "hold")
        reply(Reply())

    def _do_decline(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.calls.decline(self._pick(Intent.DECLINE, arguments).id)
        reply(Reply())

    def _do_hangup(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.calls.hang_up(self._pick(Intent.HANG_UP, arguments).id)
        reply(Reply())

    def _do_hold(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.calls.hold(self._pick(Intent.HOLD, arguments).id)
        reply(Reply())

    def _do_resume(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.calls.resume(self._pick(Intent.RESUME, arguments).id)
        reply(Reply())

    def _do_mute(self, arguments: dict[str, Any], reply: Answer) -> None:
        self._phone.calls.set_muted(self._pick(Intent.MUTE, arguments).id, arguments.get("on") is not False)
        reply(Reply())

    def _do_dtmf(self, arguments: dict[str, Any], reply: Answer) -> None:
        sent = self._phone.calls.send_digits(
            self._pick(Intent.SEND_DIGITS, arguments).id, str(arguments.get("digits", ""))
        )
        reply(Reply(result={"sent": sent}))

    def _do_status(self, arguments: dict[str, Any], reply: Answer) -> None:
        waiting = {call.id: call.measured for call in self._phone.calls.alive if call.media_active}

        def measured(_: object = None) -> None:
            if all(
                (call := self._phone.calls.get(i)) is None or call.measured is not old for i, old in waiting.items()
            ):
                finish(Reply(result=self._status()))

        if not waiting:
            reply(Reply(result=self._status()))
            return
        finish = self._finish_on(
            Topic.CALLS, measured, reply, STATISTICS_WAIT,
            late=lambda: Reply(result=self._status()),
        )  # fmt: skip
        self._phone.measure()

    def _do_quit(self, arguments: dict[str, Any], reply: Answer) -> None:
        reply(Reply())
        self._quit()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _pick(self, intent: Intent, arguments: dict[str, Any]) -> Call:
        """The call meant: the one named by `id`, else the one in front that allows it."""
        calls = self._phone.calls
        wanted = arguments.get("id")
        if wanted:
            call = calls.get(str(wanted))
            if call is not None and call.may(intent):
                return call
        else:
            active = calls.active
            ordered = [*calls.ringing, *([active] if active else []), *reversed(calls.alive)]
            for call in ordered:
                if call.may(intent):
                    return call
        raise Refused(Failure(FailureKind.NOT_NOW, detail=intent.value))

    def _status(self) -> dict[str, Any]:
        return status_json(self._phone, self._about, self._sentence, self._timings)

    def _refusal(self, failure: Failure) -> Reply:
        """Its sentence; where a device must be chosen, which there are, for `--replace-device`."""
        devices = "; ".join(f"{device.id} {device.name}" for device in failure.devices)
        sentence = failure.sentence if failure.faults and failure.sentence else self._sentence(failure)
        return Reply(REFUSED, error=" ".join(filter(None, (sentence, devices))))

    def _finish_on(
        self,
        topic: Topic,
        look: Callable[[object], None],
        reply: Answer,
        seconds: float,
        late: Callable[[], Reply] | None = None,
    ) -> Answer:
        """Listen to a topic until the answer is known, or the time is over; the answer is given once."""
        done = False
        off = self._phone.on(topic, look)

        def finish(answer: Reply) -> None:
            nonlocal done
            if not done:
                done = True
                off()
                cancel()
                reply(answer)

        cancel = self._later(
            seconds, lambda: finish(late() if late else self._refusal(Failure(FailureKind.TIMED_OUT)))
        )  # fmt: skip
        return finish
