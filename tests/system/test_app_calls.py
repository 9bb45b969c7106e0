"""Calls with the real application against the real phone system: every end with its reason."""

import pytest

from tests.system.waiting import until


def call_of(status, call_id):
    return next((c for c in status["calls"] if c["id"] == call_id), None)


def ended(application, call_id, seconds=20):
    return application.wait_for(
        lambda s: (c := call_of(s, call_id)) is not None and c["state"] == "disconnected" and c,
        "the call ends",
        seconds,
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [("103", "busy"), ("105", "declined"), ("799", "not-in-service"), ("+6568880404", "not-in-service")],
)
def test_a_refused_call_ends_with_its_reason(signed_in, number, kind):
    application = signed_in()
    call_id = application.do("call", number)
    assert ended(application, call_id)["end"]["kind"] == kind


def test_ringing_without_an_answer_can_be_cancelled(signed_in):
    application = signed_in()
    call_id = application.do("call", "102")
    application.wait_for(lambda s: call_of(s, call_id)["state"] == "early", "102 rings")
    application.do("hangup")
    assert ended(application, call_id)["end"]["kind"] == ""


def test_a_person_answers_and_talks(signed_in):
    application = signed_in()
    call_id = application.do("call", "101")
    application.wait_for(lambda s: call_of(s, call_id)["state"] == "confirmed", "101 answers")
    application.wait_for(
        lambda s: (call_of(s, call_id)["statistics"] or {}).get("received_packets", 0) > 50, "sound arrives"
    )
    call = call_of(application.status(), call_id)
    assert call["codec"]
    assert call["peer"]["name"] != "101", "the directory's name"
    application.do("hangup")
    ended(application, call_id)


def test_a_call_comes_in_and_is_answered(signed_in, bob):
    application = signed_in()
    outgoing = bob.call("100")
    application.wait_for(lambda s: [c for c in s["calls"] if c["state"] == "incoming"], "it rings")
    assert outgoing.wait_for("early")
    application.do("answer")
    outgoing.wait_for("confirmed")
    application.wait_for(lambda s: s["calls"][0]["state"] == "confirmed" and s["calls"][0]["media"], "talking")
    application.do("hangup")
    outgoing.wait_for_end()


def test_declining_tells_the_caller(signed_in, bob):
    application = signed_in()
    outgoing = bob.call("100")
    application.wait_for(lambda s: s["calls"], "it rings")
    application.do("decline")
    assert outgoing.wait_for_end()[0] == 603


def test_a_caller_who_gives_up_is_a_missed_call(signed_in, bob):
    application = signed_in()
    outgoing = bob.call("100")
    application.wait_for(lambda s: s["calls"], "it rings")
    outgoing.hangup()
    application.wait_for(lambda s: s["missed"] == 1 and not s["calls"], "missed")


def test_digits_arrive_one_for_one(signed_in, bob):
    application = signed_in()
    call_id = application.do("call", "110")
    incoming = bob.wait_for_call()
    incoming.answer()
    application.wait_for(lambda s: call_of(s, call_id)["state"] == "confirmed", "answered")
    incoming.wait_for_media()
    application.do("dtmf", "0123456789*#")
    incoming.wait_for_digits("0123456789*#", timeout=20)


def test_digits_from_the_other_side_are_received(signed_in, bob):
    application = signed_in()
    outgoing = bob.call("100")
    application.wait_for(lambda s: s["calls"], "it rings")
    application.do("answer")
    outgoing.wait_for_media()
    outgoing.dtmf("42#")
    application.wait_for(lambda s: s["calls"][0]["digits_received"] == "42#", "the digits arrive")


def test_hold_and_resume_are_seen_by_the_other_side(signed_in, bob):
    application = signed_in()
    outgoing = bob.call("100")
    application.wait_for(lambda s: s["calls"], "it rings")
    application.do("answer")
    outgoing.wait_for_media("active")
    since = len(bob.events)
    application.do("hold")
    outgoing.wait_for_media("remote_hold", since=since)
    application.wait_for(lambda s: s["calls"][0]["hold"]["local"], "held")
    since = len(bob.events)
    application.do("resume")
    outgoing.wait_for_media("active", since=since)


@pytest.fixture
def waiting(signed_in, bob, carol):
    """(application, bob's call that is talked on, carol's call that waits)."""
    application = signed_in()
    first = bob.call("100")
    application.wait_for(lambda s: s["calls"], "it rings")
    application.do("answer")
    first.wait_for_media("active")
    second = carol.call("100")
    second.wait_for("early")
    application.wait_for(lambda s: len(s["calls"]) == 2, "the second rings")
    assert application.status()["calls"][0]["hold"] == {"local": False, "remote": False}, "nothing happens by itself"
    return application, first, second


def test_call_waiting_hold_and_answer(waiting, bob):
    application, first, second = waiting
    since = len(bob.events)
    application.do("answer")
    second.wait_for("confirmed")
    first.wait_for_media("remote_hold", since=since)
    application.do("hangup")
    second.wait_for_end()
    application.wait_for(
        lambda s: [c["hold"]["local"] for c in s["calls"] if c["state"] == "confirmed"] == [False], "the first is back"
    )


def test_call_waiting_end_and_answer(waiting):
    application, first, second = waiting
    application.do("answer", "--end-other")
    first.wait_for_end()
    second.wait_for("confirmed")


def test_call_waiting_decline_leaves_the_first_alone(waiting):
    application, first, second = waiting
    application.do("decline")
    assert second.wait_for_end()[0] == 603
    assert first.state == "confirmed"
    assert application.status()["calls"][0]["hold"]["local"] is False


def test_the_robot_calls_back(signed_in):
    application = signed_in()
    call_id = application.do("call", "104")
    application.wait_for(lambda s: (c := call_of(s, call_id)) and c["state"] == "confirmed", "104 answers", 15)
    application.wait_for(
        lambda s: [c for c in s["calls"] if c["direction"] == "incoming" and c["peer"]["number"] == "104"],
        "104 calls back", 20,
    )  # fmt: skip


def test_an_outside_caller_shows_the_number_of_its_choice(signed_in):
    application = signed_in()
    application.do("call", "*61")
    call = application.wait_for(
        lambda s: next((c for c in s["calls"] if c["direction"] == "incoming"), None), "somebody calls", 20
    )
    assert call["peer"]["number"] == "+6591234567"


def test_two_applications_call_each_other(signed_in):
    alice, bob = signed_in(), signed_in("bob@example.com")
    alice.do("call", "110")
    bob.wait_for(lambda s: s["calls"], "bob's rings")
    assert bob.status()["calls"][0]["peer"]["name"] == "Alice Tan"
    bob.do("answer")
    for application in (alice, bob):
        application.wait_for(
            lambda s: s["calls"] and (s["calls"][0]["statistics"] or {}).get("received_packets", 0) > 25,
            "sound both ways",
        )
    bob.do("hangup")
    until(lambda: not [c for c in alice.status()["calls"] if c["state"] != "disconnected"], "over for alice")
