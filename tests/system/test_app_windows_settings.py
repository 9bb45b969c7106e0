"""Do not disturb, the settings window and voicemail, used on a real screen with a real phone system behind."""

import json

import pytest

from tests.system.screen import Screen
from tests.system.test_app_settings import ALICE, change_elsewhere
from tests.system.waiting import until


@pytest.fixture(scope="module")
def screen():
    with Screen() as screen:
        yield screen


@pytest.fixture
def elsewhere(phone_system):
    return phone_system.sign_in(ALICE, "a phone elsewhere")


@pytest.fixture
def on_screen(signed_in, screen, phone_system, elsewhere):
    """Signed in, with the main window in front; its settings are as at first when it is over."""
    application = signed_in(environment=screen.environment)
    screen.window("^Softphone$")
    until(lambda: screen.focused() == "Softphone", "the main window has the keyboard")
    yield application
    change_elsewhere(phone_system, elsewhere, {"dnd": {"enabled": False, "until": None}})


def is_quiet(application):
    return application.status()["settings"]["dnd"]["enabled"]


def test_a_key_switches_do_not_disturb_on_the_phone_system(on_screen, screen, bob):
    screen.key("ctrl+shift+d")
    until(lambda: is_quiet(on_screen), "do not disturb is on")
    on_screen.wait_for(lambda s: not s["settings"]["unsaved"], "it is saved")
    code, _ = bob.call("100").wait_for_end()
    assert code == 486
    screen.key("ctrl+shift+d")
    until(lambda: not is_quiet(on_screen), "do not disturb is off")
    on_screen.wait_for(lambda s: not s["settings"]["unsaved"], "that is saved too")
    call = bob.call("100")
    on_screen.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings again")
    call.hangup()


def test_a_call_is_declined_by_its_key_while_the_box_has_the_focus(on_screen, screen, bob):
    """In a text field on X11, Ctrl E goes to the end of the line."""
    screen.key("ctrl+k")
    call = bob.call("100")
    on_screen.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings")
    screen.key("ctrl+e")
    assert call.wait_for_end()[0] == 603


def test_the_settings_open_by_key_and_calls_are_answered_in_them(on_screen, screen, bob):
    screen.key("ctrl+comma")
    screen.window("^Settings$")
    until(lambda: screen.focused() == "Settings", "the settings have the keyboard")
    call = bob.call("100")
    on_screen.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings")
    screen.key("ctrl+Return")
    call.wait_for_media("active")
    screen.key("ctrl+e")
    call.wait_for_end()
    screen.key("ctrl+w")
    until(lambda: not screen.is_shown("^Settings$"), "the settings are closed")


def test_a_choice_is_kept_for_the_next_start(on_screen, screen):
    screen.key("ctrl+comma")
    window = screen.window("^Settings$")
    until(lambda: screen.focused() == "Settings", "the settings have the keyboard")
    screen.type("remind")
    screen.key("Return")  # opens the page and goes to the switch
    file = on_screen.home / ".config/softphone/preferences.json"

    def switched():
        screen.key("space")
        return json.loads(file.read_text()).get("remind_missed") is True

    assert window.width >= 640
    until(switched, "the switch is on, and kept", 10)
