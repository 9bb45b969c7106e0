"""The words of the Call forwarding page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from softphone.extension.settings import Device
from softphone.ui.text import joined, tr
from softphone.ui.text_next_call import device_in_words
from softphone.ui.text_settings import strong_list


def title() -> str:
    return tr("Call forwarding")


def about() -> str:
    return tr("Send your calls elsewhere. Only VIP callers still ring your devices.")


def about_plain() -> str:
    return tr("Send your calls elsewhere. Only VIP callers still ring here. This works only while this app is running.")


def forward_my_calls() -> str:
    return tr("Forward my calls")


def where_calls_go() -> str:
    return tr("Where calls go")


def to_a_number() -> str:
    return tr("To a phone number")


def one_number() -> str:
    return tr("One number")


def to_extensions() -> str:
    return tr("To extensions")


def ring_at_once() -> str:
    return tr("They all ring at once")


def who_still_reaches_you() -> str:
    return tr("Who still reaches you")


def vip_list() -> str:
    return tr("VIP list")


def vip_help() -> str:
    return tr("These callers still ring your devices")


def paused() -> str:
    """While do not disturb is on, nothing is forwarded."""
    return tr("Paused")


def add() -> str:
    return tr("Add")


def number_example() -> str:
    return tr("+65 0000 0000")


def change() -> str:
    return tr("Change")


# --- what is wrong ----------------------------------------------------------------------------------------------------


def maximum_one() -> str:
    return tr("Maximum 1 Phone Number.")


def bad_number() -> str:
    return tr("This isn't a phone number. Start with + and the country.")


def no_extension(key: str) -> str:
    return tr("There is no extension {n}. Remove it or check the number.", n=key)


def own_extension() -> str:
    return tr("You can't forward to yourself.")


def only_one_in_call_group() -> str:
    return tr("This number is in a call group, so it must be the only one.")


def group_alone() -> str:
    return tr("A call group must be the only extension.")


def on_a_gateway() -> str:
    return tr("This extension is on a gateway, so all calls go to its SIP account.")


def gateway_title() -> str:
    return tr("On a gateway")


# --- live sentences ---------------------------------------------------------------------------------------------------


def device_names(devices: Iterable[Device]) -> list[str]:
    """What rings, this computer first: "this computer", "your IP phone"."""
    return [device_in_words(device) for device in sorted(devices, key=lambda device: not device.this_device)]


def calls_ring_on(devices: Sequence[str]) -> str:
    if not devices:
        return tr("None of your devices can ring.")
    return tr("Calls ring on {devices}.", devices=joined(strong_list(devices)))


def vips_ring_here(vips: Sequence[str], targets: Sequence[str]) -> str:
    return tr(
        "Calls from {vips} ring here; everyone else goes to {targets}.",
        vips=joined(strong_list(vips)), targets=joined(strong_list(targets)),
    )  # fmt: skip


def all_calls_go(targets: Sequence[str]) -> str:
    return tr("All calls go to {targets}. Your devices stay quiet.", targets=joined(strong_list(targets)))


def add_a_target() -> str:
    return tr("Add a number or an extension. Until then, calls ring here.")


def nothing_forwards_now() -> str:
    return tr("Do not disturb is on, so calls neither ring nor forward.")


def vip_calls_ring_on(devices: Sequence[str]) -> str:
    return tr("VIP calls ring on {devices}.", devices=joined(list(devices)))


# --- toasts -----------------------------------------------------------------------------------------------------------


def turned(on: bool) -> str:
    return tr("Call forwarding is on") if on else tr("Call forwarding is off")


def now_goes_to(targets: Sequence[str]) -> str:
    return tr("Calls now go to {targets}", targets=joined(list(targets)))


def targets_changed() -> str:
    return tr("Where calls go is changed")


def vips_changed() -> str:
    return tr("VIP list is changed")


def keywords() -> str:
    return tr("forward divert redirect send calls elsewhere follow me")


def vip_keywords() -> str:
    return tr("vip important callers exception always ring")


def number_and_name(key: str, name: str) -> str:
    """An extension on its chip: "101 Arun"."""
    return tr("{key} {name}", key=key, name=name)

