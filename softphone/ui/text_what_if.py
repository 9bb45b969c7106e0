"""The words of "What if...": the path of a call, step by step, from what the call rules say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from softphone.extension.call_rules import NoAnswerStep, Rule
from softphone.extension.explain import SilentDevice, Step, Why
from softphone.extension.settings import Device
from softphone.ui.text import joined, tr
from softphone.ui.text_forwarding import device_names
from softphone.ui.text_next_call import clock
from softphone.ui.text_settings import strong, strong_list


@dataclass(frozen=True)
class Line:
    """One line of the path. `kind`: passed (a rule that did not decide), decided, then (what follows)."""

    kind: str
    text: str
    icon: str


def title() -> str:
    return tr("What if…")


def help_text() -> str:
    return tr("See where a call would go, without making one. Leave the number empty for a hidden one.")


def caller() -> str:
    return tr("Someone calls from")


def caller_placeholder() -> str:
    return tr("Number or extension")


def day() -> str:
    return tr("Day")


def time() -> str:
    return tr("Time")


def now() -> str:
    return tr("Now")


def while_i_am() -> str:
    return tr("While I have")


def calls_up(count: int) -> str:
    return (tr("no call"), tr("one call"), tr("two calls"))[count]


def today() -> str:
    return tr("Today")


def tomorrow() -> str:
    return tr("Tomorrow")


def bad_time() -> str:
    return tr("Type a time like 14:30.")


def bad_caller() -> str:
    return tr("This isn't a phone number. Start with + and the country.")


def path() -> str:
    return tr("What happens")


def step_name(kind: str, text: str) -> str:
    """For screen readers: whether this step decided."""
    return tr("Decides: {step}", step=text) if kind == "decided" else text


def path_of(
    steps: tuple[Step, ...], now: datetime, name_of: Callable[[str], str], emails: tuple[str, ...] = ()
) -> list[Line]:
    """The lines of a path. `name_of`: how a number or a key is shown; `emails`: who is told of what nobody answered."""
    lines = [Line("passed", _passed(step, now), _PASSED_ICON) for step in steps[:-1]]
    last = steps[-1]
    lines.append(Line("decided", _decided(last, now, name_of), _ICONS[last.rule]))
    lines += [Line("then", text, icon) for text, icon in _after(last, name_of, emails)]
    return lines


_PASSED_ICON = "minus"
_ICONS = {
    Rule.DO_NOT_DISTURB: "prohibit",
    Rule.GATEWAY: "network",
    Rule.LOOP: "warning-circle",
    Rule.FORWARDING: "arrow-bend-up-right",
    Rule.BUSY: "phone-call",
    Rule.VIP: "star",
    Rule.RING_DEVICES: "bell",
    Rule.UNREACHABLE: "wifi-slash",
}


def _passed(step: Step, now: datetime) -> str:
    if step.rule is Rule.DO_NOT_DISTURB and step.why is Why.OVER and step.until is not None:
        return tr("Do not disturb is over since {time}", time=clock(step.until, now))
    if step.rule is Rule.BUSY:
        return tr("Your line is free: {n} of {most} calls", n=step.calls_up, most=step.most_calls)
    return {
        (Rule.DO_NOT_DISTURB, Why.OFF): tr("Do not disturb is off"),
        (Rule.GATEWAY, Why.NOT_MAPPED): tr("Not on a gateway"),
        (Rule.FORWARDING, Why.OFF): tr("Call forwarding is off"),
        (Rule.FORWARDING, Why.NOWHERE_TO_GO): tr("Call forwarding is on, but goes nowhere"),
        (Rule.FORWARDING, Why.VIP_CALLER): tr("Call forwarding is on, but not for VIP callers"),
        (Rule.VIP, Why.NO_LIST): tr("The VIP list is empty"),
        (Rule.VIP, Why.NOT_LISTED): tr("Not in the VIP list"),
        (Rule.VIP, Why.HIDDEN): tr("A hidden number is in no VIP list"),
        (Rule.RING_DEVICES, Why.NO_DEVICE): tr("No device is activated"),
        (Rule.RING_DEVICES, Why.NOT_REACHABLE): tr("None of your devices is connected"),
    }.get((step.rule, step.why or Why.OFF), "")


def _decided(step: Step, now: datetime, name_of: Callable[[str], str]) -> str:
    decision = step.decision
    assert decision is not None  # of the last step
    if step.rule is Rule.DO_NOT_DISTURB:
        if step.until is None:
            return tr("Do not disturb is on: the call is refused, nothing rings")
        return tr("Do not disturb is on until {time}: the call is refused, nothing rings",
                  time=clock(step.until, now))  # fmt: skip
    if step.rule is Rule.GATEWAY:
        return tr("The extension is on a gateway: the call goes to {address}", address=strong(decision.uri))
    if step.rule is Rule.LOOP:
        return tr("Forwarding leads back to you: the call is refused")
    if step.rule is Rule.FORWARDING:
        names = joined(strong_list([name_of(target) for target in decision.targets]))
        return tr("Call forwarding is on: the call goes to {targets}", targets=names)
    if step.rule is Rule.BUSY:
        return tr("You have {n} of {most} calls: the caller hears busy", n=step.calls_up, most=step.most_calls)
    if step.rule is Rule.UNREACHABLE:
        return tr("Nothing can ring, so No answer acts at once")
    return _rings(decision.devices, decision.no_answer, vip=step.rule is Rule.VIP)


def _rings(devices: tuple[Device, ...], after: NoAnswerStep | None, *, vip: bool) -> str:
    names = joined(strong_list(device_names(devices)))
    seconds = after.after_seconds if after is not None else 0
    if after is None or after.action == "end":
        return tr("A VIP caller: {devices} ring", devices=names) if vip else tr("Rings {devices}", devices=names)
    if vip:
        return tr("A VIP caller: rings {devices} for {n} s", devices=names, n=seconds)
    return tr("Rings {devices} for {n} s", devices=names, n=seconds)


def _after(step: Step, name_of: Callable[[str], str], emails: tuple[str, ...]) -> list[tuple[str, str]]:
    decision = step.decision
    assert decision is not None  # of the last step
    lines = []
    if step.rule is Rule.FORWARDING:
        if any(target.kind == "key" for target in step.targets):
            keys = joined(strong_list([name_of(target.name) for target in step.targets if target.kind == "key"]))
            lines.append((tr("There, the settings of {extensions} apply", extensions=keys), "users"))
        return lines
    lines += [(_silent(silent), "bell-slash") for silent in step.silent]
    if decision.no_answer is not None:
        lines.append(_no_answer(decision.no_answer, name_of, emails))
    return lines


def _silent(silent: SilentDevice) -> str:
    name = device_names([silent.device])[0]
    if silent.why == "not_reachable":
        return tr("Doesn't ring {device}: it isn't connected", device=name)
    return tr("Doesn't ring {device}: it isn't chosen", device=name)


def _no_answer(after: NoAnswerStep, name_of: Callable[[str], str], emails: tuple[str, ...]) -> tuple[str, str]:
    told = joined(strong_list(emails))
    if after.action == "forward" and after.number:
        return tr("No answer: the call goes to {number}", number=strong(name_of(after.number))), "arrow-bend-up-right"
    if after.action == "voicemail":
        if told:
            return tr("No answer: your message, then voicemail, emailed to {emails}", emails=told), "voicemail"
        return tr("No answer: your message, then voicemail"), "voicemail"
    if after.action == "record_number" and told:
        return tr("No answer: the call ends, and the number is emailed to {emails}", emails=told), "envelope-simple"
    if after.action == "end":
        return tr("No answer: it rings until the caller gives up"), "phone-disconnect"
    return tr("No answer: the call ends"), "phone-disconnect"


def keywords() -> str:
    return tr("what if test route where would a call go")
