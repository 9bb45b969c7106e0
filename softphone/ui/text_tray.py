"""The tray menu's words."""

from __future__ import annotations

from softphone.ui.text import PRODUCT, tr


def on_a_call() -> str:
    return tr("On a call")


def available() -> str:
    return tr("Available")


def reconnecting() -> str:
    return tr("Reconnecting")


def offline() -> str:
    return tr("Offline")


def new_call() -> str:
    return tr("New call…")


def open_product() -> str:
    return tr("Open {product}", product=PRODUCT)


def on_a_call_with(name: str, time: str) -> str:
    return tr("On a call with {name} · {time}", name=name, time=time)


def calling(name: str) -> str:
    return tr("Calling {name}", name=name)


def show_the_call() -> str:
    return tr("Show the call")


def incoming_call_from(name: str) -> str:
    return tr("Incoming call from {name}", name=name)
