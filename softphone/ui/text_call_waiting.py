"""The call waiting page's words."""

from __future__ import annotations

from softphone.ui.text import tr
from softphone.ui.text_settings import strong


def call_waiting() -> str:
    return tr("Call waiting")


def about() -> str:
    return tr("A second call while you are talking.")


def tell_me() -> str:
    return tr("Tell me about a second call")


def tell_me_help() -> str:
    return tr("A short tone and a small window")


def keywords() -> str:
    return tr("second caller busy knock")


def done(on: bool) -> str:
    return tr("Call waiting is on") if on else tr("Call waiting is off")


def sentence(on: bool) -> str:
    if on:
        rings = strong(tr("rings here"))
        return tr("While you talk, a second caller {rings}. You choose to hold, end or decline.", rings=rings)
    busy = strong(tr("hears that you are busy"))
    return tr("While you talk, a second caller {busy}.", busy=busy)
