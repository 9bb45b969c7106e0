"""Which device is open: the chosen one, the default as fall-back, none, and again when it is there."""

import pytest

from softphone.audio.backend import SoundUnavailable
from softphone.audio.device_slot import DeviceSlot
from softphone.phone.sound import SoundDevice

LAPTOP = SoundDevice("pulse:laptop", "Laptop", "input", True)
HEADSET = SoundDevice("pulse:headset", "Headset", "input")
SPEAKER = SoundDevice("pulse:headset", "Headset", "output", True)


class FakeStream:
    def __init__(self, device_id, now):
        self.device_id, self.last_callback, self.closed = device_id, now, False

    def close(self):
        self.closed = True


class Desk:
    """A slot with a clock, and devices that can be plugged in, busy or pulled."""

    def __init__(self, *devices, chosen=None):
        self.now, self.devices = 100.0, devices
        self.busy, self.refuse_all, self.denied = set(), False, False
        self.opened, self.told = [], []
        self.slot = DeviceSlot("input", self.open, lambda kind, name: self.told.append((kind, name)))
        self.slot.choose(chosen)
        self.slot.wanted = True

    def open(self, device_id):
        there = any(device.kind == "input" and device_id in (None, device.id) for device in self.devices)
        if self.refuse_all or not there or device_id in self.busy:
            raise SoundUnavailable(str(device_id), denied=self.denied)
        self.opened.append(FakeStream(device_id, self.now))
        return self.opened[-1]

    def pass_time(self, seconds, *, calling=True):
        for _ in range(round(seconds / 0.1)):
            self.now += 0.1
            if calling and self.opened and not self.opened[-1].closed:
                self.opened[-1].last_callback = self.now
            self.slot.tick(self.now, self.devices)

    def plug(self, *devices):
        self.devices = devices
        self.slot.devices_changed()

    @property
    def in_use(self):
        return self.slot.name(self.devices)


def test_nothing_is_open_while_nobody_wants_it():
    desk = Desk(LAPTOP)
    desk.slot.wanted = False
    desk.pass_time(1)
    assert desk.opened == []
    desk.slot.wanted = True
    desk.pass_time(0.1)
    assert desk.in_use == "Laptop"
    desk.slot.wanted = False
    desk.pass_time(0.1)
    assert desk.opened[0].closed
    assert desk.in_use == ""


def test_the_chosen_device_is_opened_by_its_id_and_the_default_by_none():
    desk = Desk(LAPTOP, HEADSET, chosen=HEADSET.id)
    desk.pass_time(0.1)
    assert desk.opened[-1].device_id == HEADSET.id
    desk.slot.choose(None)
    desk.pass_time(0.1)
    assert [stream.device_id for stream in desk.opened] == [HEADSET.id, None]
    assert desk.opened[0].closed
    assert desk.in_use == "Laptop"


def test_a_speaker_of_the_same_id_is_not_taken_for_the_microphone():
    desk = Desk(LAPTOP, SPEAKER, chosen=SPEAKER.id)
    desk.pass_time(0.1)
    assert desk.opened[-1].device_id is None


def test_a_device_that_falls_silent_is_opened_again_within_half_a_second():
    desk = Desk(LAPTOP)
    desk.pass_time(1)
    desk.pass_time(0.5, calling=False)
    assert len(desk.opened) == 2
    assert desk.slot.reopened == 1
    assert desk.told == []


def test_a_device_just_opened_may_take_longer_to_begin():
    desk = Desk(LAPTOP)
    desk.pass_time(1.2, calling=False)
    assert len(desk.opened) == 1
    desk.pass_time(0.6, calling=False)
    assert len(desk.opened) == 2


def test_pulling_the_headset_goes_on_with_the_default_and_plugging_it_in_returns_to_it():
    desk = Desk(LAPTOP, HEADSET, chosen=HEADSET.id)
    desk.pass_time(1)
    desk.plug(LAPTOP)
    desk.pass_time(0.5, calling=False)
    assert desk.in_use == "Laptop"
    assert desk.told == []
    desk.pass_time(5)
    desk.plug(LAPTOP, HEADSET)
    desk.pass_time(0.2)
    assert desk.in_use == "Headset"


def test_a_busy_device_is_left_for_the_default_and_not_tried_all_the_time():
    desk = Desk(LAPTOP, HEADSET, chosen=HEADSET.id)
    desk.busy.add(HEADSET.id)
    desk.pass_time(10)
    assert [stream.device_id for stream in desk.opened] == [None]


def test_no_microphone_is_told_once_and_found_when_one_is_plugged_in():
    desk = Desk()
    desk.pass_time(20)
    assert desk.told == [("missing", "")]
    desk.plug(LAPTOP)
    desk.pass_time(0.2)
    assert desk.told == [("missing", ""), ("found", "Laptop")]


def test_the_only_microphone_pulled_is_told_by_its_name():
    desk = Desk(LAPTOP)
    desk.pass_time(1)
    desk.plug()
    desk.pass_time(1, calling=False)
    assert desk.told == [("lost", "Laptop")]
    assert desk.in_use == ""


def test_a_stream_that_goes_on_without_any_microphone_is_closed():
    """PulseAudio moves it to the monitor of a speaker."""
    desk = Desk(LAPTOP, SPEAKER)
    desk.pass_time(1)
    desk.plug(SPEAKER)
    desk.pass_time(1)
    assert desk.opened[0].closed
    assert desk.told == [("lost", "Laptop")]


def test_a_microphone_that_the_system_forbids_is_told_as_blocked():
    desk = Desk(LAPTOP)
    desk.refuse_all = desk.denied = True
    desk.pass_time(1)
    assert desk.told == [("blocked", "")]


@pytest.mark.parametrize("seconds", [60])
def test_trying_again_grows_rarer(seconds):
    desk = Desk(LAPTOP)
    tries = []

    def refuse(device_id):
        tries.append(desk.now)
        raise SoundUnavailable("busy")

    desk.slot._open_stream = refuse
    desk.pass_time(seconds)
    assert 8 <= len(tries) <= 14
    assert tries[1] - tries[0] < 1


def test_the_trouble_of_one_call_is_over_with_it_and_told_so():
    desk = Desk()
    desk.pass_time(1)
    desk.slot.wanted = False
    desk.pass_time(1)
    assert desk.told == [("missing", ""), ("found", "")]
    desk.slot.wanted = True
    desk.pass_time(0.2)
    assert desk.told == [("missing", ""), ("found", ""), ("missing", "")]
