"""Where a call goes, by the settings of everyone it reaches: without SIP, and over any graph of forwarding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from softphone.extension.call_rules import MOST_HOPS, LineState
from softphone.extension.settings import CallerId, Device, Forwarding, NoAnswer, Presentation, Settings
from softphone.pbx.diversion import Diversion, diversion_headers, history_info
from softphone.pbx.ports import Extension
from softphone.pbx.routing import HIDDEN, Caller, Identity, Routing, Stop, Way, dialled, is_internal
from tests.fakes.signalling_fixture import MemorySubscribers

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
KEYS = [str(key) for key in range(200, 210)]
FREE = LineState(0, frozenset({"desk"}))


def organisation(**documents: Settings) -> MemorySubscribers:
    subscribers = MemorySubscribers()
    for name, document in documents.items():
        key = name.removeprefix("x")
        subscribers.extensions[key] = Extension(key, f"Label {key}")
        subscribers.documents[key] = document
    return subscribers


def extension(key: str, to: Sequence[str] = (), **more: object) -> Settings:
    return Settings(
        key=key, label=f"Label {key}", devices=(Device("desk", "desktop", "Desk"),),
        forwarding=Forwarding(bool(to), None, tuple(to)), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def route(subscribers: MemorySubscribers, number: str, caller: Caller = Caller("+6591234567"), state: LineState = FREE):
    return Routing(subscribers, lambda: NOW, lambda _key: state, caller).stops(number)


def test_devices_ring_with_the_no_answer_step_of_their_extension():
    [stop] = route(organisation(x200=extension("200", no_answer=NoAnswer("hang_up", after_seconds=7))), "200")
    assert (stop.kind, stop.devices, stop.rule) == ("devices", ("desk",), "ring_devices")
    assert stop.no_answer is not None
    assert stop.no_answer.after_seconds == 7


def test_two_ways_to_the_same_extension_ring_it_once():
    subscribers = organisation(x200=extension("200", ["201", "202"]), x201=extension("201", ["202"]),
                               x202=extension("202"))  # fmt: skip
    stops = route(subscribers, "200")
    assert [(stop.number, stop.kind) for stop in stops] == [
        ("200", "forwarded"), ("201", "refused"), ("202", "devices"),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from([*KEYS, "500"]), unique=True, max_size=10)),
       st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=5))  # fmt: skip
def test_any_graph_of_forwarding_and_groups_ends_and_rings_nobody_twice(graph, first, members):
    subscribers = organisation(**{f"x{key}": extension(key, graph.get(key, [])) for key in KEYS})
    subscribers.groups["500"] = members
    stops = route(subscribers, first)
    assert stops
    assert len(stops) <= len(KEYS) + 1  # a group without members is an unknown number
    assert len({stop.number for stop in stops}) == len(stops)
    assert all(len(stop.way.through) <= MOST_HOPS for stop in stops)
    assert all(stop.number not in stop.way.through for stop in stops)


def test_a_hidden_caller_is_in_no_vip_list():
    document = replace(extension("200"), forwarding=Forwarding(True, None, ("201",), ("anonymous",)))
    subscribers = organisation(x200=document, x201=extension("201"))
    assert [stop.kind for stop in route(subscribers, "200", Caller("anonymous"))] == ["forwarded", "devices"]


def test_a_number_outside_that_an_extension_forwards_to_is_paid_by_it_and_shows_its_caller_id():
    number = "+6561230001"
    document = replace(extension("200", caller_id=CallerId(number=number, numbers=(number,))),
                       forwarding=Forwarding(True, "+6562223333"))  # fmt: skip
    _, stop = route(organisation(x200=document), "200")
    assert (stop.kind, stop.payer, stop.shown) == ("number", "200", Identity(number, "Label 200"))


def test_a_random_caller_id_is_drawn_once_for_a_call_and_an_extension():
    numbers = tuple(f"+656123000{digit}" for digit in range(5))
    shown = CallerId("random", None, numbers, forward=Presentation("caller_number", "assigned_caller_id"))
    documents = organisation(x200=extension("200", ["+6562223333"], caller_id=shown),
                             x201=extension("201", caller_id=shown))  # fmt: skip
    draws = iter([*numbers, *numbers])
    caller = Caller("201", key="201")
    routing = Routing(documents, lambda: NOW, lambda _key: FREE, caller, draw=lambda _from: next(draws))
    stop = routing.stops("200")[-1]
    assert routing.diverting("200", True) == routing.diverting("200", True) == stop.shown.user
    first = routing.caller.number
    assert routing.outgoing("201", "+6562223333", None).shown == first != stop.shown.user


def test_an_extension_with_no_device_there_goes_on_at_once():
    document = extension("200", no_answer=NoAnswer("forward", "+6562223333"))
    routing = Routing(organisation(x200=document), lambda: NOW, lambda _key: LineState(0, frozenset()), Caller("100"))
    [stop] = routing.stops("200")
    assert stop.kind == "no_answer"
    [onward] = routing.after_no_answer(stop)
    assert (onward.number, onward.way.diversions) == ("+6562223333", (Diversion("200", "unavailable"),))


def test_nobody_is_sent_to_a_number_that_only_the_phone_system_dials():
    routing = Routing(organisation(x200=extension("200")), lambda: NOW, lambda _key: FREE, Caller("100"))
    [stop] = routing.stops("200")
    assert [(further.kind, further.code) for further in routing.deflected(stop, "*86100")] == [("refused", 403)]
    assert is_internal("*87abc")
    assert not is_internal("*97")


def test_voicemail_is_told_the_caller_and_the_way():
    routing = Routing(organisation(x200=extension("200")), lambda: NOW, lambda _key: FREE, Caller("100", "Alice"))
    stop = routing.to_voicemail(Stop("devices", "200", Way(), Identity("100"), "ring_devices"))
    assert (stop.number, stop.shown, stop.way.diversions) == (
        "*86200", Identity("100", "Alice"), (Diversion("200", "no-answer"),),
    )  # fmt: skip


def test_what_is_dialled_becomes_a_destination():
    assert dialled("+65 6123-4567") == "+6561234567"
    assert dialled("(0065) 6123 4567") == "+6561234567"
    assert dialled("100") == "100"
    assert dialled("*43") == "*43"
    assert dialled("alice.tan") == "alice.tan"


def test_the_way_of_a_call_in_headers():
    way = (Diversion("100", "unconditional"), Diversion("101", "no-answer"))
    assert diversion_headers(way, "pbx.test") == [
        "<sip:101@pbx.test>;reason=no-answer;counter=1", "<sip:100@pbx.test>;reason=unconditional;counter=1",
    ]  # fmt: skip
    entries = history_info(way, "+6561112222", "pbx.test").split(", ")
    assert [entry.rpartition(">;")[2] for entry in entries] == ["index=1", "index=1.1;mp=1", "index=1.1.1;mp=1.1"]
    assert "cause%3D302" in entries[0]
    assert "cause%3D408" in entries[1]
    assert entries[2].startswith("<sip:+6561112222@pbx.test>")


def test_a_hidden_caller_who_is_transferred_outside_stays_hidden():
    both = Presentation("caller_number", "caller_number")
    subscribers = organisation(
        x200=extension("200", caller_id=CallerId(number="+6560000200", numbers=("+6560000200",))),
        x201=extension("201", caller_id=CallerId(transfer=both, forward=both)),
    )
    routing = Routing(subscribers, lambda: NOW, lambda _key: FREE, Caller(HIDDEN, "Anonymous", key="200"))
    assert routing.transferred_by("201", "+6591112222").user == HIDDEN
    assert routing.stops("+6591112222")[0].shown.user == HIDDEN


def test_a_national_number_is_that_of_the_extensions_country_and_no_key_or_service_is_rewritten():
    own = CallerId(number="+6561234567", numbers=("+6561234567",))
    subscribers = organisation(x200=extension("200", caller_id=own), x61112223=extension("61112223"))
    routing = Routing(subscribers, lambda: NOW, lambda _key: FREE, Caller("200", key="200"),
                      service=lambda number: number == "61112224")  # fmt: skip
    assert routing.in_full("200", "61112222") == "+6561112222"
    as_they_are = ("61112223", "61112224", "+442071234567", "200", "995", "*97", "1234567890123456", "bob")
    assert [routing.in_full("200", number) for number in as_they_are] == list(as_they_are)
    assert routing.in_full("61112223", "61112222") == "61112222"  # it has no number: no country is known
