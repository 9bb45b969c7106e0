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
    "call_waiting",
    "caller_id",
    "devices_ringing",
    "outbound_rule",
    "usage_limit",
)


@cache
def all_pages() -> tuple[Page, ...]:
    """Each panel's module has `page()`."""
    return tuple(import_module(f"softphone.ui.settings.panels.{name}").page() for name in _PANELS)
