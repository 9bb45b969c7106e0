"""The words of the Caller ID page."""

from __future__ import annotations

from softphone.ui.text import tr


def title() -> str:
    return tr("Caller ID")


def about() -> str:
    return tr("The number people see when you call, transfer or forward.")


def about_plain() -> str:
    return tr("The number people see when you call. Your provider decides whether it may be shown.")


def when_i_call() -> str:
    return tr("When I call")


def one_of_my_numbers() -> str:
    return tr("One of my numbers")


def no_numbers() -> str:
    return tr("No numbers are yours yet")


def administrator_chooses() -> str:
    return tr("Your administrator has chosen the numbers you can show.")


def assigned_number() -> str:
    return tr("A number my administrator assigned")


def assigned_count(count: int) -> str:
    return tr("%n number assigned to you", count) if count == 1 else tr("%n numbers assigned to you", count)


def random_number() -> str:
    return tr("A random number each call")


def random_help() -> str:
    return tr("Picked from your numbers every time")


def choose_a_number() -> str:
    return tr("Choose a number")


def number_of(choice: str) -> str:
    """The select of a choice, for screen readers."""
    return tr("Number, {choice}", choice=choice)


def own_number() -> str:
    return tr("My number")


def own_number_help() -> str:
    return tr("Sent with every call you make")


def show_my_number() -> str:
    return tr("Show my number")


def show_my_number_help() -> str:
    return tr("Off: people see no caller ID")


# --- a new number -----------------------------------------------------------------------------------------------------


def request_number() -> str:
    return tr("Request a new number")


def request_help() -> str:
    return tr("Use a number you already own. We check it and tell you.")


def number_example() -> str:
    return tr("+65 0000 0000")


def send_request() -> str:
    return tr("Send request")


def bad_number() -> str:
    return tr("This isn't a phone number. Start with + and the country.")


def already_yours() -> str:
    return tr("This is one of your numbers already.")


def request_sent(number: str) -> str:
    return tr("We got your request for {number}. You'll see the answer here.", number=number)


def request_not_sent(reason: str) -> str:
    if reason:
        return tr("The request wasn't sent. {reason}", reason=reason)
    return tr("The request wasn't sent. The server didn't answer.")


def asked_on(day: str) -> str:
    return tr("asked {day}", day=day)


def being_checked() -> str:
    return tr("Being checked")


def ready() -> str:
    return tr("Ready")


def not_granted(reason: str) -> str:
    return tr("Refused: {reason}", reason=reason) if reason else tr("Refused")


# --- what the other side sees -----------------------------------------------------------------------------------------


def other_side_sees() -> str:
    return tr("The other side sees")


def transfer_to_extension() -> str:
    return tr("Transfer, to an extension")


def transfer_to_number() -> str:
    return tr("Transfer, to a phone number")


def forward_to_extension() -> str:
    return tr("Forward, to an extension")


def forward_to_number() -> str:
    return tr("Forward, to a phone number")


def my_extension(key: str) -> str:
    return tr("My extension, {key}", key=key)


def my_caller_id() -> str:
    return tr("My caller ID")


def callers_number() -> str:
    return tr("Caller's number")


# --- toasts and search ------------------------------------------------------------------------------------------------


def now_shows(number: str) -> str:
    return tr("People now see {number}", number=number)


def now_random() -> str:
    return tr("Each call shows another of your numbers")


def keywords() -> str:
    return tr("caller id number shown outgoing display random")


def request_keywords() -> str:
    return tr("new number ask request")


def presentation_keywords() -> str:
    return tr("transfer forward shown caller number")
