"""The real windows on a real screen, used by pointer and keyboard."""

import pytest

from tests.system.screen import Screen
from tests.system.waiting import until

#: Where the buttons of the incoming window are: 372 wide with a margin for its shadow, buttons 44 high in the last row.
MARGIN = 24


@pytest.fixture(scope="module")
def screen():
    with Screen() as screen:
        yield screen


@pytest.fixture
def on_screen(signed_in, screen):
    return signed_in(environment=screen.environment)


def ringing(application, phone):
    call = phone.call("100")
    application.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings")
    return call


def buttons(window, row_from_bottom=0):
    """(left, right, y) of a row of buttons, rows counted from the bottom."""
    bottom = window.y + window.height - MARGIN
    return window.x + MARGIN + 16, window.x + window.width - MARGIN - 16, bottom - 16 - 22 - row_from_bottom * 52


def test_an_incoming_call_is_answered_by_a_click_and_takes_no_focus(on_screen, screen, bob):
    screen.window("^Softphone$")
    before = until(screen.focused, "a focused window")
    call = ringing(on_screen, bob)
    window = screen.window("Incoming call")
    assert screen.focused() == before
    left, right, y = buttons(window)
    # Clicks within its first 300 ms are not for it; the second click comes after them.
    until(lambda: clicked_until_answered(screen, call, left + (right - left) * 6 // 10, y), "answered by a click", 10)
    assert screen.focused() == before
    on_screen.do("hangup")
    call.wait_for_end()
    until(lambda: not screen.is_shown("Incoming call"), "the window is gone")


def clicked_until_answered(screen, call, x, y):
    if call.state != "confirmed":
        screen.click(x, y)
    return call.state == "confirmed"


def test_a_waiting_call_is_answered_by_hold_and_answer(on_screen, screen, bob, carol):
    first = ringing(on_screen, bob)
    on_screen.do("answer")
    first.wait_for_media("active")
    second = carol.call("100")
    window = screen.window("Second call|Incoming call")
    left, _right, y = buttons(window, row_from_bottom=1)
    until(lambda: clicked_until_answered(screen, second, left + 60, y), "Hold & answer", 10)
    on_screen.wait_for(lambda s: any(c["hold"]["local"] for c in s["calls"]), "the first is on hold")


def test_a_waiting_call_is_declined_by_a_click(on_screen, screen, bob, carol):
    first = ringing(on_screen, bob)
    on_screen.do("answer")
    first.wait_for_media("active")
    second = carol.call("100")
    window = screen.window("Second call|Incoming call")
    left, _right, y = buttons(window)

    def declined():
        if second.state != "disconnected":
            screen.click(left + 100, y)
        return second.state == "disconnected"

    until(declined, "declined by a click", 10)
    assert second.wait_for_end()[0] == 603
    assert first.state == "confirmed"


def test_a_number_typed_anywhere_is_called_by_return(on_screen, screen):
    window = screen.window("^Softphone$")
    screen.click(window.x + window.width // 2, window.y + window.height // 2)
    until(lambda: screen.focused() == "Softphone", "the window has the keyboard")
    screen.type("*43")
    screen.key("Return")
    on_screen.wait_for(lambda s: s["calls"] and s["calls"][0]["state"] == "confirmed", "echo answers")
    screen.key("ctrl+e")
    on_screen.wait_for(lambda s: not [c for c in s["calls"] if c["state"] != "disconnected"], "ended by Ctrl E")
