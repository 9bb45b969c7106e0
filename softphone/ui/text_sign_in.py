"""The sign-in window's sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from softphone.phone.account import ActivatedDevice
from softphone.phone.failure import Failure, FailureKind
from softphone.ui.text import clock, tr


@dataclass(frozen=True, slots=True)
class Notice:
    """A first line in bold and a sentence below it; `kind` is the banner's."""

    kind: Literal["warning", "problem", "info"]
    title: str
    text: str
    icon: str | None = None


def field_error(failure: Failure, *, sip: bool, server: str = "") -> tuple[str, str] | None:
    """The field a failure belongs to (address, password, server) and what to say there; None if to no field."""
    kind = failure.kind
    if kind is FailureKind.BAD_ADDRESS:
        if sip:
            return "address", tr("Type it like 100@sip.example.com.")
        return "address", tr("Type your full email, like name@company.com.")
    if kind in (FailureKind.INVALID_CREDENTIALS, FailureKind.FORBIDDEN):
        if sip:
            return "password", tr("Wrong SIP address or password. Check both.")
        return "password", tr("Wrong email or password. Check both.")
    if kind in (FailureKind.SERVER_NOT_FOUND, FailureKind.SERVICE_NOT_FOUND):
        if not sip and not server:
            return "server", tr("We can't find your phone service. Type its address, or ask your administrator.")
        return "server", tr("We can't find {server}. Check the address or your network.", server=server)
    return None


def too_many_tries(seconds: float) -> str:
    """The wait, in minutes and at the end in seconds."""
    left = max(1, math.ceil(seconds))
    if left > 60:
        return tr("Too many tries. Wait %n minutes, then try again.", math.ceil(left / 60))
    return tr("Too many tries. Wait {n} s, then try again.", n=left)


def no_network() -> Notice:
    return Notice(
        "warning",
        tr("No internet connection"),
        tr("We'll sign you in as soon as you're back online."),
        "wifi-slash",
    )


def notice(failure: Failure, *, sip: bool, server: str = "") -> Notice:
    """Any failure that belongs to no field, as a banner."""
    kind = failure.kind
    if kind in (FailureKind.NO_NETWORK, FailureKind.OFFLINE):
        return Notice("warning", tr("No internet connection"), tr("Try again once you're back online."), "wifi-slash")
    if kind is FailureKind.NOT_TRUSTED:
        return Notice(
            "problem",
            tr("Not secure"),
            tr("The server's certificate isn't trusted, so we stopped. Ask your administrator."),
        )
    if kind is FailureKind.WRONG_CLOCK:
        return Notice("problem", tr("This computer's clock is wrong"), tr("Set the time, then try again."))
    if kind is FailureKind.EXPIRED:
        return Notice("info", tr("Your sign-in has expired"), tr("Enter your password again."))
    if kind is FailureKind.REPLACED:
        if failure.devices:
            by = tr("This computer was replaced by {device}", device=failure.devices[0].name)
            return Notice("info", by, tr("Sign in to use it again."))
        another = tr("Another device took its place. Sign in to use it again.")
        return Notice("info", tr("This computer was replaced"), another)
    if sip:
        if kind in (FailureKind.TIMED_OUT, FailureKind.SERVER, FailureKind.UNREACHABLE) and server:
            return Notice(
                "problem",
                tr("{server} doesn't answer", server=server),
                tr("Check the address and the server settings, or try again in a few minutes."),
            )
        return Notice("problem", tr("Can't connect right now"), _with_code(tr("Try again in a few minutes."), failure))
    text = tr("It's not your password. Try again in a few minutes.")
    return Notice("problem", tr("Sign-in isn't working right now"), _with_code(text, failure))


def _with_code(sentence: str, failure: Failure) -> str:
    return f"{sentence} ({failure.code})" if failure.code else sentence


def device_limit(extension: str, count: int) -> str:
    if extension:
        return tr(
            "Extension {n} is active on %n devices, the most it can have. Choose one to replace with this computer.",
            count,
            n=extension,
        )
    return tr(
        "Your extension is active on %n devices, the most it can have. Choose one to replace with this computer.",
        count,
    )


def device_kind(device: ActivatedDevice) -> tuple[str, str]:
    """A device's kind in words, and its icon."""
    kinds = {
        "ip_phone": (tr("IP phone"), "device-tablet-speaker"),
        "mobile": (tr("Mobile phone"), "device-mobile"),
        "desktop": (tr("Desktop"), "desktop"),
    }
    return kinds.get(device.type, (tr("Device"), "devices"))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def device_line(device: ActivatedDevice, now: datetime) -> str:
    """The device's name and when it was last used, e.g. "Pixel 8 · Used yesterday, 18:40"."""
    used = _last_used(device.last_seen, now)
    return f"{device.name} · {used}" if used else device.name


def _last_used(last_seen: str | None, now: datetime) -> str:
    if not last_seen:
        return ""
    try:
        then = datetime.fromisoformat(last_seen.replace("Z", "+00:00"))
    except ValueError:
        return ""
    # Naive times are taken as local, like those without an offset in RFC 3339's ancestors.
    then, now = then.astimezone(), now.astimezone()
    days = (now.date() - then.date()).days
    if days == 0:
        return tr("Used today, {time}", time=clock(then))
    if days == 1:
        return tr("Used yesterday, {time}", time=clock(then))
    date = f"{then.day} {tr(_MONTHS[then.month - 1])}"
    return tr("Used {date}", date=date if then.year == now.year else f"{date} {then.year}")


def replace_note(device: str) -> str:
    return tr("{device} will be signed out. You can activate it again later.", device=device)


def replace_button(device: str) -> str:
    return tr("Replace {device}", device=device)


def no_licence(extension: str) -> tuple[str, str]:
    title = (
        tr("Extension {n} has no desktop licence", n=extension)
        if extension
        else tr("Your extension has no desktop licence")
    )
    return title, tr(
        "Your password is right, but this extension can't be used on a computer yet. "
        "Ask your administrator to add a Desktop licence, then try again."
    )


def licence_request(extension: str, person: str) -> str:
    """The ready message to an administrator; `person` is a name, or the e-mail typed."""
    if extension:
        return tr(
            "Please add a Desktop licence to extension {n} ({person}), so I can sign in on my computer.",
            n=extension,
            person=person,
        )
    if not person:
        return tr("Please add a Desktop licence to my extension, so I can sign in on my computer.")
    return tr(
        "Please add a Desktop licence to my extension ({person}), so I can sign in on my computer.", person=person
    )


def no_extension() -> tuple[str, str]:
    return tr("No extension yet"), tr("No extension is assigned to you yet. Ask your administrator.")


def extension_request(person: str) -> str:
    if not person:
        return tr("Please assign an extension to me, so I can sign in on my computer.")
    return tr("Please assign an extension to me ({person}), so I can sign in on my computer.", person=person)


# --- labels ---------------------------------------------------------------------------------------------------------


def sip_address() -> str:
    return tr("SIP address")


def server() -> str:
    return tr("Server (optional)")


def server_help() -> str:
    return tr("Leave empty to find it from your SIP address.")


def security() -> str:
    return tr("Security")


def securities() -> list[str]:
    """UDP, TCP and TLS, in this order."""
    return [tr("UDP, not encrypted"), tr("TCP, not encrypted"), tr("TLS, encrypted signalling")]


def advanced_auth_name() -> str:
    """Opens the field."""
    return tr("Authentication name")


def auth_name() -> str:
    return tr("Authentication name (optional)")


def auth_name_help() -> str:
    return tr("Only if your provider gave you one.")


def back() -> str:
    return tr("Back")


def server_settings() -> str:
    return tr("Server settings")


def other_sip_account() -> str:
    return tr("Other SIP account")


def any_sip_service() -> str:
    return tr("Connect to any SIP service.")


def connect() -> str:
    return tr("Connect")


def connecting() -> str:
    return tr("Connecting")


def replace() -> str:
    return tr("Replace")


def another_account() -> str:
    return tr("Use another account")


def replace_a_device() -> str:
    return tr("Replace a device")


def choose_first() -> str:
    return tr("Choose a device first")


def password() -> str:
    return tr("Password")


def enter_password() -> str:
    return tr("Enter your password")


def keep_me() -> str:
    return tr("Keep me signed in")


def no_keychain() -> str:
    return tr("This computer has no safe place for the password.")


def waiting() -> str:
    return tr("Waiting for the network")


def fill_in() -> str:
    return tr("Fill in both fields first")


def copy_message() -> str:
    return tr("Copy message")


def copied() -> str:
    return tr("Copied")


def try_again() -> str:
    return tr("Try again")


def message_for_administrator() -> str:
    return tr("Message for your administrator")


def try_demo() -> str:
    return tr("Try the demo")


def about_demo() -> str:
    return tr("No account needed. Calls stay on this computer.")


def email() -> str:
    return tr("Email")


def email_example() -> str:
    return tr("name@company.com")


def service_address() -> str:
    return tr("Service address")


def service_help() -> str:
    return tr("Only if your administrator gave you one.")


def use_your_account() -> str:
    return tr("Use the email and password of your phone account.")


def signing_in() -> str:
    return tr("Signing in")
