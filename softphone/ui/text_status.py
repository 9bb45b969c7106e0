"""How the person can be reached, in words: the status menu, banners and toasts, the tray, and the caller ID menu."""

from __future__ import annotations

from datetime import datetime

from softphone.phone.number import shown
from softphone.ui.text import clock, joined, tr
from softphone.ui.text_main import BannerText, day_and_clock

# --- states -----------------------------------------------------------------------------------------------------------


def do_not_disturb() -> str:
    return tr("Do not disturb")


def available() -> str:
    return tr("Available")


def forwarding_to(targets: tuple[str, ...]) -> str:
    """The chip: "Forwarding to 101 +2"."""
    if len(targets) > 1:
        return tr("Forwarding to {target} +{n}", target=shown(targets[0]), n=len(targets) - 1)
    return tr("Forwarding to {target}", target=shown(targets[0])) if targets else tr("Forwarding")


def forward_calls_to(targets: tuple[str, ...]) -> str:
    """The tray: "Forward calls to 101 +2"."""
    if len(targets) > 1:
        return tr("Forward calls to {target} +{n}", target=shown(targets[0]), n=len(targets) - 1)
    return tr("Forward calls to {target}", target=shown(targets[0])) if targets else tr("Forward calls")


def to_targets(targets: tuple[str, ...]) -> str:
    """ "To 101, 102 and 103"."""
    return tr("To {targets}", targets=joined([shown(target) for target in targets]))


# --- the menu ---------------------------------------------------------------------------------------------------------


def neither_ring_nor_forward() -> str:
    return tr("Calls neither ring nor forward")


def locked() -> str:
    return tr("Set by your administrator")


def quiet_state(until: datetime | None, now: datetime) -> str:
    """Below "Do not disturb" while it is on."""
    if until is None:
        return until_i_turn_it_off()
    if until.date() == now.date():
        return tr("Until {time}", time=clock(until))
    if (until.date() - now.date()).days == 1:
        return tr("Until tomorrow, {time}", time=clock(until))
    return tr("Until {time}", time=day_and_clock(until, now))


def for_an_hour() -> str:
    return tr("For 1 hour")


def until(moment: datetime) -> str:
    return tr("until {time}", time=clock(moment))


def until_tomorrow() -> str:
    return tr("Until tomorrow")


def until_i_turn_it_off() -> str:
    return tr("Until I turn it off")


def another_time() -> str:
    return tr("Until another time…")


def turn_off() -> str:
    return tr("Turn off")


def forward_calls() -> str:
    return tr("Forward calls")


def no_targets_yet() -> str:
    return tr("Choose where they go")


def forward_now(targets: tuple[str, ...]) -> str:
    return tr("Forward to {targets}", targets=joined([shown(target) for target in targets]))


def ring_here() -> str:
    return tr("Ring here")


def change_targets() -> str:
    return tr("Change where they go…")


def rings_on() -> str:
    return tr("Rings on")


def devices(types: tuple[str, ...]) -> str:
    """ "This computer, IP phone"."""
    names = {"desktop": tr("This computer"), "ip_phone": tr("IP phone"), "mobile": tr("Mobile")}
    return ", ".join(names[kind] for kind in ("desktop", "ip_phone", "mobile") if kind in types)


def open_section(name: str, is_open: bool) -> str:
    """For screen readers: what a line of the menu that opens more is like now."""
    return tr("{name}, open", name=name) if is_open else tr("{name}, closed", name=name)


# --- what was done ----------------------------------------------------------------------------------------------------


def calls_ring_again() -> str:
    return tr("Calls ring here again.")


def quiet_now(until: datetime | None, now: datetime) -> str:
    return quiet_banner(until, now).text


def quiet_off() -> str:
    return tr("Do not disturb is off.")


def forwarding_on() -> str:
    return tr("Calls are forwarded.")


def forwarding_off() -> str:
    return tr("Calls are not forwarded any more.")


def undo() -> str:
    return tr("Undo")


# --- banners ----------------------------------------------------------------------------------------------------------


def quiet_banner(until: datetime | None, now: datetime, *, may_change: bool = True) -> BannerText:
    return BannerText("muted", "", _quiet(until, now), "minus-circle", turn_off() if may_change else "")


def _quiet(until: datetime | None, now: datetime) -> str:
    if until is None:
        return tr("No calls ring.")
    days = (until.date() - now.date()).days
    if days == 0:
        return tr("No calls ring until {time}.", time=clock(until))
    if days == 1:
        return tr("No calls ring until tomorrow, {time}.", time=clock(until))
    return tr("No calls ring until {time}.", time=day_and_clock(until, now))


def forwarding_banner(names: tuple[str, ...], vips: bool, *, may_change: bool = True) -> BannerText:
    targets = joined([shown(name) for name in names])
    if vips:
        text = tr("Calls are forwarded to {targets}. Your VIPs ring here.", targets=targets)
    else:
        text = tr("Calls are forwarded to {targets}.", targets=targets)
    return BannerText("info", "", text, "arrow-bend-up-right", turn_off() if may_change else "")


# --- the caller ID menu -----------------------------------------------------------------------------------------------


def next_call_will_see() -> str:
    return tr("The next person you call will see")


def your_number() -> str:
    return tr("Your caller ID")


def next_call_only(number: str) -> str:
    return tr("{number}, next call", number=number)


def caller_id_settings() -> str:
    return tr("Caller ID settings")


# --- the tray and the navigation --------------------------------------------------------------------------------------


def settings() -> str:
    return tr("Settings")


def settings_opens() -> str:
    return tr("Settings…")


def new_voicemails(count: int) -> str:
    return tr("1 new voicemail") if count == 1 else tr("%n new voicemails", count)
