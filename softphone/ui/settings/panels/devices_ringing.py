"""Devices and ringing: where the extension is active, and which of these devices ring."""

from __future__ import annotations

from typing import Any

from softphone.extension.call_rules import LineState, ringing_devices
from softphone.extension.document import Json
from softphone.extension.settings import Device, Settings
from softphone.ui import text_devices as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.panels.activated_devices import KINDS, ActivatedDevices
from softphone.ui.settings.panels.ring_devices_editor import RingDevicesEditor
from softphone.ui.settings.setting import CustomKind, Explain, Footnote, Notice, Page, Rows, Setting
from softphone.ui.text import joined
from softphone.ui.text_next_call import device_kind


def page() -> Page:
    ring = words.ring_devices()
    return Page(
        "devices_ringing", words.devices_and_ringing(), "devices", "phone", words.about(),
        parts=(
            Rows((
                Setting("devices", words.activated_devices(),
                        CustomKind(lambda context, _: ActivatedDevices(context), bare=True), "/devices",
                        words.activated_help(), keywords=words.activated_keywords()),
            ), words.activated_devices(), trailing=_count),
            Rows((
                Setting("ring_devices", ring[0],
                        CustomKind(lambda context, _: RingDevicesEditor(context, rings_now), bare=True, words=_kinds),
                        "/ring_devices", ring[1], keywords=words.ring_keywords(), icon="bell-ringing",
                        read=rings_now, patch=_patch, done=_done,
                        enabled=lambda context: not _gateway(context), reason=lambda _: words.on_gateway()),
            ), ring[0]),
            Notice(lambda context: (words.on_gateway(), "") if _gateway(context) else None, "info"),
            Explain("bell-ringing", _sentence),
            Footnote(_why_one, "info"),
        ),
    )  # fmt: skip


def _gateway(context: SettingsContext) -> bool:
    return context.document is not None and bool(context.document.gateway)


def _count(context: SettingsContext) -> str:
    devices = context.document.devices if context.document is not None else ()
    return words.count(sum(1 for device in devices if device.activated))


def rings_now(context: SettingsContext) -> Json:
    """The kinds of device that ring, by the rules that the phone system goes by."""
    document = context.shown
    return [device.type for device in _ringing(document)] if document is not None else []


def _ringing(document: Settings) -> tuple[Device, ...]:
    return ringing_devices(document, LineState())


def _patch(context: SettingsContext, kinds: Json) -> dict[str, Any]:
    """A kind without a device keeps its choice, for when it gets one; where one device rings, it is the only one."""
    document = context.document
    wanted = [str(kind) for kind in kinds]
    if document is None:
        return {}
    if document.type == "contact_center":
        return {"primary_device": wanted[0] if wanted else None, "ring_devices": wanted}
    if document.call_group is None:
        active = {device.type for device in document.devices if device.activated}
        wanted += [kind for kind in document.ring_devices if kind not in active]
    return {"ring_devices": [kind for kind in KINDS if kind in wanted]}


def _done(context: SettingsContext, kinds: Json) -> str:
    devices = context.document.devices if context.document is not None else ()
    return words.done([device for device in devices if device.activated and device.type in kinds])


def _sentence(context: SettingsContext) -> str:
    document = context.document
    return words.rings_on(_ringing(document)) if document is not None and not document.gateway else ""


def _why_one(context: SettingsContext) -> str:
    document = context.document
    if document is None or document.gateway:
        return ""
    if document.type == "contact_center":
        return words.one_only("contact_center")
    return words.one_only("call_group") if document.call_group is not None else ""


def _kinds(_context: SettingsContext, kinds: Json) -> str:
    return joined([device_kind(str(kind)) for kind in kinds])
