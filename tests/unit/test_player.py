"""A sound file that is listened to, and the calls that come first."""

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.publisher import Topic
from tests.fakes.phone_ports import dialled, incoming, make_phone, talking


@pytest.fixture
def desk():
    phone, user_agent, *_ = make_phone()
    return phone, user_agent


def begun(phone, user_agent, path="/a.mp3", **how):
    phone.player.play(path, **how)
    play_id = user_agent.of(cmd.PlayFile)[-1].play_id
    phone.handle(ev.FilePlayed(play_id, how.get("start", 0.0), 12.0, playing=True))
    return play_id


def test_a_file_is_heard_in_the_device_that_was_asked_for_from_the_place_that_was_asked_for(desk):
    phone, user_agent = desk
    phone.player.play("/a.mp3", start=3.0, device="ringer")
    sent = user_agent.of(cmd.PlayFile)[-1]
    assert (sent.path, sent.start, sent.device) == ("/a.mp3", 3.0, "ringer")
    assert (phone.player.playing, phone.player.path, phone.player.at) == (True, "/a.mp3", 3.0)


def test_its_progress_is_published_until_it_is_over(desk):
    phone, user_agent = desk
    seen = []
    phone.on(Topic.PLAYER, lambda _: seen.append((phone.player.at, phone.player.playing)))
    play_id = begun(phone, user_agent)
    phone.handle(ev.FilePlayed(play_id, 6.0, 12.0, playing=True))
    phone.handle(ev.FilePlayed(play_id, 12.0, 12.0, playing=False))
    assert seen == [(0.0, True), (0.0, True), (6.0, True), (0.0, False)]


def test_what_an_earlier_file_still_tells_does_not_move_the_one_that_plays(desk):
    phone, user_agent = desk
    old = begun(phone, user_agent, "/a.mp3")
    begun(phone, user_agent, "/b.mp3")
    phone.handle(ev.FilePlayed(old, 5.0, 12.0, playing=False))
    assert (phone.player.path, phone.player.at, phone.player.playing) == ("/b.mp3", 0.0, True)


def test_a_stopped_file_stays_where_it_was(desk):
    phone, user_agent = desk
    play_id = begun(phone, user_agent)
    phone.handle(ev.FilePlayed(play_id, 5.0, 12.0, playing=True))
    phone.player.stop()
    phone.handle(ev.FilePlayed(play_id, 5.1, 12.0, playing=False))
    assert user_agent.last == cmd.StopFile()
    assert (phone.player.playing, phone.player.at) == (False, 5.0)


def test_what_is_no_sound_is_told(desk):
    phone, user_agent = desk
    phone.player.play("/a.txt")
    phone.handle(ev.FilePlayed(user_agent.last.play_id, 0.0, 0.0, playing=False, fault="unreadable"))
    assert (phone.player.playing, phone.player.fault) == (False, "unreadable")


@pytest.mark.parametrize("begin", [incoming, talking, dialled])
def test_a_call_ends_what_plays_and_none_plays_beside_it(desk, begin):
    phone, user_agent = desk
    begun(phone, user_agent)
    begin(phone)
    assert cmd.StopFile() in user_agent.sent
    assert not phone.player.playing
    with pytest.raises(Refused) as refused:
        phone.player.play("/a.mp3")
    assert refused.value.failure.kind is FailureKind.NOT_NOW


def test_it_is_over_when_the_user_agent_has_died(desk):
    phone, user_agent = desk
    begun(phone, user_agent)
    phone.handle(ev.UserAgentDied("signal 6", 1.0))
    assert not phone.player.playing


def test_a_file_is_measured_for_its_picture(desk):
    phone, user_agent = desk
    told = []
    phone.on(Topic.PLAYER, told.append)
    phone.player.measure("/a.mp3", 3)
    assert user_agent.last == cmd.MeasureFile("/a.mp3", 3)
    measured = ev.FileMeasured("/a.mp3", 12.0, (0.1, 1.0, 0.4))
    phone.handle(measured)
    assert told == [measured]
