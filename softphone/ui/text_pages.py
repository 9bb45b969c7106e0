"""The labels of the main window: its pages, the box, menus and the question before quitting."""

from __future__ import annotations

from softphone.ui.text import tr


def calls() -> str:
    return tr("Calls")


def keypad() -> str:
    return tr("Keypad")


def quit_keys() -> str:
    return tr("Ctrl Q")


def pages() -> str:
    return tr("Pages")


def page_with_new(page: str, n: int) -> str:
    return tr("{page}, {n} new", page=page, n=n)


def choose_a_call() -> str:
    return tr("Choose a call or a person.")


def name_or_number() -> str:
    return tr("Name or number")


def clear() -> str:
    return tr("Clear")


def more() -> str:
    return tr("More")


def call_with(name: str) -> str:
    return tr("Call with {name}", name=name)


def calls_with(name: str) -> str:
    return tr("Calls with {name}", name=name)


def delete() -> str:
    return tr("Delete")


def back_to_call(time: str) -> str:
    return tr("{time} · Back to the call", time=time)


def setting_up_back_to_call(state: str) -> str:
    return tr("{state} · Back to the call", state=state)


def held_back_to_call(time: str) -> str:
    return tr("On hold {time} · Back to the call", time=time)


def back_to_call_with(name: str) -> str:
    return tr("Back to the call with {name}", name=name)


def copy_what(number: str) -> str:
    return tr("Copy {number}", number=number)


def number_copied() -> str:
    return tr("Number copied")


def calling_as() -> str:
    return tr("Calling as")


def calling_as_menu(number: str) -> str:
    return tr("Calling as {number}, menu", number=number)


def random_number() -> str:
    return tr("A random number")


def random_number_each() -> str:
    return tr("A random number each call")


def from_your_numbers(count: int) -> str:
    return tr("From your %n numbers", count)


def all_calls() -> str:
    return tr("All")


def missed_calls() -> str:
    return tr("Missed")


def no_missed_calls() -> str:
    return tr("No missed calls")


def caught_up() -> str:
    return tr("You're all caught up.")


def make_test_call() -> str:
    return tr("Make a test call")


def no_calls() -> str:
    return tr("No calls yet")


def type_to_start() -> str:
    return tr("Type a name or number above to start.")


def number() -> str:
    return tr("Number")


def delete_digit() -> str:
    return tr("Delete the last digit")


def and_matches(count: int, name: str) -> str:
    return tr("{name} · %n matches", count, name=name)


def matches() -> str:
    return tr("Matches")


def demo() -> str:
    return tr("Demo")


def status() -> str:
    return tr("Status")


def status_menu(state: str) -> str:
    return tr("Status: {state}, menu", state=state)


def try_now() -> str:
    return tr("Try now")


def sign_out() -> str:
    return tr("Sign out")


def ends_your_call() -> str:
    return tr("Ends your call")


def results() -> str:
    return tr("Results")


def check_spelling() -> str:
    return tr("Check the spelling, or type a number to call it.")


def directory() -> str:
    return tr("Directory")


def recent_calls() -> str:
    return tr("Recent calls")


def extension(n: str) -> str:
    return tr("Ext {n}", n=n)


def stay() -> str:
    return tr("Stay")


def on_a_call() -> str:
    return tr("You're on a call.")


def quitting_ends_it() -> str:
    return tr("Quitting ends it.")
