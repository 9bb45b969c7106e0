"""Settings of this computer, which `Choices` keeps: the service knows nothing of them."""

from __future__ import annotations

from typing import Any

from softphone.extension.document import Json
from softphone.ui.choices import Choices
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.setting import Kind, Setting


def choices(context: SettingsContext) -> Choices:
    """The service "choices"."""
    found = context.services["choices"]
    assert isinstance(found, Choices)
    return found


def choice(name: str, label: str, kind: Kind, **more: Any) -> Setting:
    """A setting that is a choice of the same name."""

    def read(context: SettingsContext) -> Json:
        value: Json = choices(context).get(name)
        return value

    return Setting(
        name, label, kind, read=read, write=lambda context, value: choices(context).set(name, value), **more
    )  # fmt: skip
