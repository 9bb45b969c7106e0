"""Call forwarding: on or off, where to, and who rings here all the same."""

from __future__ import annotations

from softphone.extension.call_rules import LineState, do_not_disturb, forward_targets, ringing_devices
from softphone.extension.document import Json
from softphone.ui import text_forwarding as words
from softphone.ui import text_settings, text_what_if
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.panels import forwarding_targets as targets
from softphone.ui.settings.setting import (
    ChipsKind,
    CustomKind,
    Explain,
    Footnote,
    Notice,
    Page,
    Rows,
    Setting,
    SwitchKind,
)
from softphone.ui.settings.switched_chips import FaultOf, SwitchedChips
from softphone.ui.settings.what_if_box import WhatIfBox


def page() -> Page:
    number = ChipsKind(
        targets.number_from, lambda *_: "", targets.chip_words, words.number_example(), 1, words.maximum_one()
    )
    extensions = ChipsKind(targets.extension_from, lambda *_: "", targets.chip_words, words.add())
    vips = ChipsKind(targets.party_from, lambda *_: "", targets.chip_words, words.add())
    return Page(
        "forwarding", words.title(), "arrow-bend-up-right", "calls", words.about(),
        parts=(
            Notice(_gateway),
            Rows((
                Setting(
                    "forwarding", words.forward_my_calls(), SwitchKind(), "/forwarding/enabled",
                    keywords=words.keywords(), read=targets.is_on, patch=targets.switch_patch, done=_done_switch,
                ),
            )),
            Explain("arrow-bend-up-right", _sentence),
            Explain("warning", _nowhere, "warning"),
            Rows((
                Setting(
                    "forwarding_number", words.to_a_number(), _chips(number, targets.number_fault),
                    "/forwarding/number", words.one_number(), keywords=words.keywords(),
                    patch=lambda context, value: targets.target_patch(context, "number", value), done=_done_target,
                ),
                Setting(
                    "forwarding_extensions", words.to_extensions(), _chips(extensions, targets.extension_fault),
                    "/forwarding/extensions", words.ring_at_once(), keywords=words.keywords(),
                    patch=lambda context, value: targets.target_patch(context, "extensions", value),
                    done=_done_target,
                ),
            ), words.where_calls_go()),
            Rows((
                Setting(
                    "vip", words.vip_list(), _chips(vips, targets.party_fault), "/forwarding/vip",
                    words.vip_help(), keywords=words.vip_keywords(), done=lambda *_: words.vips_changed(),
                ),
            ), words.who_still_reaches_you()),
            Footnote(_vips_ring, "bell", words.change(), ("devices_ringing", "ring_devices")),
            Rows((
                Setting(
                    "what_if", text_what_if.title(), CustomKind(lambda context, _: WhatIfBox(context), bare=True),
                    help_text=text_what_if.help_text(), keywords=text_what_if.keywords(), read=lambda _: None,
                    shown=lambda context: context.document is not None,
                ),
            )),
        ),
        value=_value, about_plain=words.about_plain(),
    )  # fmt: skip


def _chips(kind: ChipsKind, fault: FaultOf) -> CustomKind:
    return CustomKind(lambda context, _setting: SwitchedChips(context, kind, fault), words=_values)


def _values(context: SettingsContext, value: Json) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(targets.chip_words(context, str(one)) for one in values)


def _value(context: SettingsContext) -> str:
    document = context.document
    if document is None:
        return ""
    on = document.forwarding.enabled
    return words.paused() if on and do_not_disturb(document, context.now()) else text_settings.on_or_off(on)


def _gateway(context: SettingsContext) -> tuple[str, str] | None:
    if context.document is None or not context.document.gateway:
        return None
    return words.gateway_title(), words.on_a_gateway()


def _sentence(context: SettingsContext) -> str:
    """What happens to a call now."""
    document = context.document
    if document is None or document.gateway:
        return ""
    forwarding = document.forwarding
    if do_not_disturb(document, context.now()):
        return words.nothing_forwards_now()
    if not targets.is_asked_for(context):
        return words.calls_ring_on(_devices(context))
    if not forward_targets(forwarding):
        return ""
    if forwarding.vip:
        return words.vips_ring_here([targets.name_of(vip) for vip in forwarding.vip], targets.target_names(context))
    return words.all_calls_go(targets.target_names(context))


def _nowhere(context: SettingsContext) -> str:
    document = context.document
    if document is None or document.gateway or do_not_disturb(document, context.now()):
        return ""
    return words.add_a_target() if targets.is_asked_for(context) and not forward_targets(document.forwarding) else ""


def _vips_ring(context: SettingsContext) -> str:
    devices = _devices(context)
    if not devices or context.plain or not targets.forwarding_of(context).vip:
        return ""
    return words.vip_calls_ring_on(devices)


def _devices(context: SettingsContext) -> list[str]:
    document = context.document
    return words.device_names(ringing_devices(document, LineState())) if document is not None else []


def _done_switch(context: SettingsContext, on: Json) -> str:
    """ "" while nothing was sent."""
    return "" if on and not forward_targets(targets.forwarding_of(context)) else words.turned(bool(on))


def _done_target(context: SettingsContext, _value: Json) -> str:
    names = targets.target_names(context)
    return words.now_goes_to(names) if names and targets.is_on(context) else words.targets_changed()
