"""The page "Devices and ringing", in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from softphone.extension.settings import Device
from softphone.ui.text import clock, tr
from softphone.ui.text_next_call import day_and_month, device_in_words, devices_in_words
from softphone.ui.text_settings import plain, strong


def devices_and_ringing() -> str:
    return tr("Devices and ringing")


def about() -> str:
    return tr("Your extension can be active on up to 3 devices.")


def activated_devices() -> str:
    return tr("Activated devices")


def count(activated: int) -> str:
    return tr("{n} of {most}", n=activated, most=3)


def this_device() -> str:
    return tr("This device")


def active() -> str:
    return tr("Active")


def active_now() -> str:
    return tr("Active now")


def last_active(when: str) -> str:
    return tr("Last active {when}", when=when)


def moment(when: datetime, now: datetime) -> str:
    """today 14:02; 21 November, 14:02."""
    local = when.astimezone(now.tzinfo)
    time = clock(local)
    if local.date() == now.date():
        return tr("today, {time}", time=time)
    return tr("{day}, {time}", day=day_and_month(local), time=time)


def not_activated(kind: str) -> str:
    """What to do about it."""
    ways = {
        "desktop": tr("Not activated. Sign in on the computer with your email and password."),
        "mobile": tr("Not activated. Sign in on the phone with your email and password."),
        "ip_phone": tr("Not activated. Your administrator sets it up."),
    }
    return ways[kind]


def more_about(device: str) -> str:
    return tr("More about {device}", device=device)


def deactivate() -> str:
    return tr("Deactivate")


def deactivate_title(device: str) -> str:
    return tr("Deactivate {device}", device=device)


def deactivate_question(device: str) -> str:
    return tr("{device} will be signed out. You can activate it again later.", device=device)


def ring_devices() -> tuple[str, str]:
    return tr("Ring devices"), tr("Which of your devices ring")


def ring_keywords() -> str:
    return tr("ringing incoming desktop computer mobile ip phone primary device")


def activated_keywords() -> str:
    return tr("deactivate sign out computer mobile phone desk phone mac")


def activated_help() -> str:
    return tr("Where your extension is active")


def activate_first() -> str:
    return tr("Activate it first")


def on_gateway() -> str:
    return tr("This extension is on a gateway, so all calls go to its SIP account.")


def one_only(reason: str) -> str:
    """`reason`: "call_group" or "contact_center"."""
    if reason == "contact_center":
        return tr("A Contact Center extension rings one device. Choosing another replaces it.")
    return tr("Your extension is in a call group, so one device rings. Choosing another replaces it.")


def rings_on(devices: Sequence[Device]) -> str:
    """"" when none can ring."""
    if not devices:
        return ""
    if len(devices) == 1:
        return tr("Incoming calls ring on {device}.", device=strong(device_in_words(devices[0])))
    return tr("Incoming calls ring on {devices} at the same time.", devices=devices_in_words(devices))


def done(devices: Sequence[Device]) -> str:
    """The toast."""
    return tr("Calls ring on {devices}", devices=plain(devices_in_words(devices)))
