"""What happens to the next call, in one sentence, from `extension.explain.next_call`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from softphone.extension.call_rules import NoAnswerStep, Rule
from softphone.extension.explain import NextCall, Step
from softphone.extension.settings import Device
from softphone.phone.number import shown
from softphone.ui import text
from softphone.ui.text import joined, tr
from softphone.ui.text_settings import strong


def device_kind(kind: str) -> str:
    return {"desktop": tr("Desktop"), "ip_phone": tr("IP phone"), "mobile": tr("Mobile phone")}[kind]


def device_in_words(device: Device) -> str:
    """In the middle of a sentence."""
    if device.this_device:
        return tr("this computer")
    kinds = {"desktop": tr("your desktop"), "ip_phone": tr("your IP phone"), "mobile": tr("your mobile phone")}
    return kinds[device.type]


def devices_in_words(devices: Sequence[Device]) -> str:
    """This computer first."""
    ordered = sorted(devices, key=lambda device: not device.this_device)
    return joined([strong(device_in_words(device)) for device in ordered])


def numbers_in_words(numbers: Sequence[str]) -> str:
    return joined([strong(shown(number)) for number in numbers])


def clock(moment: datetime, now: datetime) -> str:
    """15:24; tomorrow at 08:00; 24 November at 08:00."""
    local = moment.astimezone(now.tzinfo)
    time = text.clock(local)
    if local.date() == now.date():
        return time
    if local.date() == now.date() + timedelta(days=1):
        return tr("tomorrow at {time}", time=time)
    return tr("{day} at {time}", day=day_and_month(local), time=time)


def day_and_month(day: datetime) -> str:
    months = (
        tr("January"), tr("February"), tr("March"), tr("April"), tr("May"), tr("June"), tr("July"), tr("August"),
        tr("September"), tr("October"), tr("November"), tr("December"),
    )  # fmt: skip
    return tr("{day} {month}", day=day.day, month=months[day.month - 1])


def next_call_sentence(call: NextCall, now: datetime, *, plain: bool = False) -> str:
    """Values are marked with `strong`. `plain`: a plain SIP account, whose server does as it likes with what is not
    answered, unless this application forwards it."""
    everyone = outcome(call.everyone, now, plain=plain)
    if call.vip is None or not call.vips:
        return tr("The next call {happens}.", happens=everyone)
    return tr(
        "The next call {happens}; from {vips} it {rings}.",
        happens=everyone, vips=numbers_in_words(call.vips), rings=outcome(call.vip, now, plain=plain),
    )  # fmt: skip


def outcome(step: Step, now: datetime, *, plain: bool = False) -> str:
    """What becomes of the call, to go after "The next call"."""
    decision = step.decision
    if decision is None:
        return ""
    if step.rule is Rule.DO_NOT_DISTURB:
        if step.until is None:
            return tr("is refused: Do not disturb is on")
        return tr("is refused: Do not disturb is on until {time}", time=strong(clock(step.until, now)))
    if decision.action == "gateway":
        return tr("goes to your gateway's SIP account")
    if decision.action == "forward":
        return tr("goes to {targets}", targets=numbers_in_words(decision.targets))
    if step.rule is Rule.LOOP:
        return tr("is refused: it would come back to you")
    if decision.action == "refuse":
        return tr("is refused: your line is busy")
    if decision.action == "no_answer":
        return _at_once(decision.no_answer)
    devices = devices_in_words(decision.devices)
    if plain and (decision.no_answer is None or decision.no_answer.action != "forward"):
        return tr("rings {devices}", devices=devices)
    return _rings(devices, decision.no_answer)


def _rings(devices: str, step: NoAnswerStep | None) -> str:
    if step is None or step.action == "end":
        return tr("rings {devices} until the caller gives up", devices=devices)
    seconds = strong(tr("{n} s", n=step.after_seconds))
    if step.action == "forward":
        number = strong(shown(step.number or ""))
        return tr("rings {devices} for {time}, then goes to {number}", devices=devices, time=seconds, number=number)
    if step.action == "voicemail":
        return tr("rings {devices} for {time}, then goes to voicemail", devices=devices, time=seconds)
    if step.action == "record_number":
        return tr("rings {devices} for {time}, then ends, and we email you its number", devices=devices, time=seconds)
    return tr("rings {devices} for {time}, then ends", devices=devices, time=seconds)


def _at_once(step: NoAnswerStep | None) -> str:
    if step is None or step.action in ("end", "hang_up"):
        return tr("ends at once: no device can ring")
    if step.action == "forward":
        return tr("goes to {number} at once: no device can ring", number=strong(shown(step.number or "")))
    if step.action == "voicemail":
        return tr("goes to voicemail at once: no device can ring")
    return tr("ends at once, and we email you its number: no device can ring")
