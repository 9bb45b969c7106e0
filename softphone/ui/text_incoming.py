"""The words of the incoming window and of the notice of a missed call, beside those of `text_call`."""

from __future__ import annotations

from softphone.ui.text import tr


def second_call() -> str:
    return tr("Second call")


def ringing_stopped() -> str:
    return tr("The ringing is stopped. You can still answer.")


def call_back() -> str:
    return tr("Call back")


def call_back_who(name: str) -> str:
    return tr("Call back {name}", name=name)


def show() -> str:
    return tr("Show")


def show_missed() -> str:
    return tr("Show missed calls")
