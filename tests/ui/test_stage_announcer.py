"""What screen readers are told of calls, and how urgently."""

import pytest

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.registration import RegistrationState
from softphone.phone.session import LINE
from softphone.ui.stage.announcer import CallAnnouncer, announce
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


@pytest.fixture
def heard():
    phone = make_phone()[0]
    phone.handle(ev.DirectoryLoaded((DirectoryEntry("102", "Priya Nair"),)))
    said = []
    return phone, said, CallAnnouncer(phone, lambda text, at_once: said.append((text, at_once)))


def test_an_incoming_call_is_announced_at_once_with_its_line(heard):
    phone, said, _ = heard
    incoming(phone, number="102")
    assert said == [("Incoming call from Priya Nair, Ext 102, to you", True)]


def test_an_unknown_caller_is_read_digit_by_digit(heard):
    phone, said, _ = heard
    incoming(phone, number="+6567890123")
    assert said[0][0].startswith("Incoming call from plus 6 5 6 7 8 9 0 1 2 3, Singapore")


def test_a_second_call_is_announced_as_such(heard):
    phone, said, _ = heard
    talking(phone, "first")
    said.clear()
    incoming(phone, "second", "102")
    assert said == [("Second call from Priya Nair, Ext 102", True)]


def test_ringing_and_connected_are_polite_and_the_end_with_its_reason_is_not(heard):
    phone, said, _ = heard
    call = dialled(phone, "102")
    phone.handle(ev.CallProgressed(call.id, 180))
    phone.handle(ev.CallConfirmed(call.id))
    phone.handle(ev.CallDisconnected(call.id, 200))
    assert said == [("Ringing", False), ("Connected", False), ("Call ended. 0 s", True)]


def test_hold_resume_and_mute_are_polite(heard):
    phone, said, _ = heard
    talking(phone)
    said.clear()
    phone.calls.hold("in-1")
    phone.handle(ev.HoldChanged("in-1", True, False))
    phone.calls.resume("in-1")
    phone.handle(ev.HoldChanged("in-1", False, False))
    phone.calls.set_muted("in-1", True)
    phone.calls.set_muted("in-1", False)
    assert said == [("On hold", False), ("Resumed", False), ("Muted", False), ("Unmuted", False)]


def test_a_failure_is_read_with_its_sentence(heard):
    phone, said, _ = heard
    call = dialled(phone, "102")
    phone.handle(ev.CallDisconnected(call.id, 486))
    assert said[-1] == ("Busy. Priya is on another call.", True)


def test_offline_is_said_once_and_back_online_politely(heard):
    phone, said, _ = heard
    for _ in range(2):
        phone.handle(ev.RegistrationChanged(LINE, RegistrationState.FAILED))
        phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERING))
    phone.handle(ev.RegistrationChanged(LINE, RegistrationState.REGISTERED))
    assert said == [("You're offline. Calls can't reach this computer.", True), ("Back online", False)]


def test_announcing_needs_a_window_and_works_with_one(qtbot):
    from PySide6.QtWidgets import QWidget

    announce("nobody is there to hear", True)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    announce("Incoming call", True)
    announce("Muted", False)
