"""The pages of the settings window, in the order of the sidebar.

A new page is a module in `panels/` and a line here.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from softphone.ui.settings.setting import Page

_PANELS = (
    "my_extension",
    "call_forwarding",
    "do_not_disturb",
    "no_answer",
    "call_waiting",
    "caller_id",
    "devices_ringing",
    "audio",
    "network",
    "outbound_rule",
    "usage_limit",
    "notifications",
    "shortcuts",
    "appearance",
    "about",
)


@cache
def all_pages() -> tuple[Page, ...]:
    """Each panel's module has `page()`."""
    return tuple(import_module(f"softphone.ui.settings.panels.{name}").page() for name in _PANELS)
