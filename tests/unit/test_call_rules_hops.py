"""A call walked through extensions that forward to each other in any way at all: it ends, and it does not multiply."""

from collections import Counter, deque
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from softphone.extension.call_rules import MOST_HOPS, Incoming, LineState, Rule, decide
from softphone.extension.settings import Forwarding, NoAnswer
from tests.unit.any_settings import NOW, STRANGER, settings

KEYS = tuple(str(100 + extension) for extension in range(8))
GROUPS = {"9000": ("100", "101", "102"), "9001": ("103", "9000")}
SOMEWHERE = st.sampled_from((*KEYS, *GROUPS))

any_forwarding = st.builds(
    Forwarding, st.booleans(), st.none() | st.just("+6560000001"), st.lists(SOMEWHERE, max_size=8).map(tuple)
)
any_organisation = st.fixed_dictionaries({key: any_forwarding for key in KEYS})


def walk(organisation, first="100", remember=True):
    """Every decision made for one call, with the way it came; as a phone system routes it, nearest first.

    `remember` keeps where the call has been sent on all its ways, as `Incoming.reached` asks for.
    """
    reached = {first}
    waiting = deque([(first, ())])
    decisions = []
    while waiting:
        key, through = waiting.popleft()
        call = Incoming(STRANGER, through, reached=frozenset(reached - {key}) if remember else frozenset())
        decision = decide(call, settings(key=key, forwarding=organisation[key]), NOW, LineState())
        decisions.append((key, through, decision))
        for target in decision.targets:
            for member in members(target):
                if member in organisation and (not remember or member not in reached):
                    waiting.append((member, (*through, key)))
                reached.add(member)
            reached.add(target)
        assert len(decisions) < 100_000, "the call multiplies"
    return decisions


def members(target):
    """The extensions a call group stands for, groups in groups too."""
    return tuple(one for member in GROUPS[target] for one in members(member)) if target in GROUPS else (target,)


@given(any_organisation)
def test_every_extension_is_asked_once_at_most(organisation):
    asked = Counter(key for key, _, _ in walk(organisation))
    assert max(asked.values()) == 1


@given(any_organisation)
def test_every_number_and_group_is_called_once_at_most(organisation):
    called = Counter(target for _, _, decision in walk(organisation) for target in decision.targets)
    assert max(called.values(), default=1) == 1


@given(any_organisation)
def test_no_way_is_longer_than_five_hops(organisation):
    assert all(len(through) <= MOST_HOPS for _, through, _ in walk(organisation))


@given(any_organisation)
def test_every_way_ends_in_ringing_or_in_a_refusal(organisation):
    for _, _, decision in walk(organisation):
        assert decision.rule in (Rule.RING_DEVICES, Rule.FORWARDING, Rule.LOOP)
        assert decision.rule is not Rule.LOOP or decision.code == 482


@given(st.fixed_dictionaries({key: st.builds(Forwarding, st.just(True), st.none(), st.lists(
    st.sampled_from((*KEYS, "9000")), max_size=2).map(tuple)) for key in KEYS}))  # fmt: skip
def test_no_way_passes_an_extension_twice_even_when_nobody_remembers(organisation):
    for key, through, decision in walk(organisation, remember=False):
        assert len(through) <= MOST_HOPS
        if decision.action == "forward":
            assert key not in through
            assert not set(decision.targets) & {*through, key}


def test_eight_who_all_forward_to_each_other_are_asked_eight_times():
    everyone = {key: Forwarding(True, None, KEYS) for key in KEYS}
    assert len(walk(everyone)) == len(KEYS)


def test_a_ring_of_extensions_ends_where_it_began():
    ring = {key: Forwarding(True, None, (KEYS[(at + 1) % 3],)) for at, key in enumerate(KEYS)}
    *before, last = walk(ring)
    assert [decision.rule for _, _, decision in before] == [Rule.FORWARDING, Rule.FORWARDING]
    assert (last[0], last[1], last[2].rule) == ("102", ("100", "101"), Rule.LOOP)


def test_the_way_out_of_a_ring_is_taken():
    """100 and 101 forward to each other, and 101 to 102 as well, who rings."""
    organisation = dict.fromkeys(KEYS, Forwarding())
    organisation["100"] = Forwarding(True, None, ("101",))
    organisation["101"] = Forwarding(True, None, ("100", "102"))
    assert [(key, decision.rule) for key, _, decision in walk(organisation)] == [
        ("100", Rule.FORWARDING), ("101", Rule.FORWARDING), ("102", Rule.RING_DEVICES),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(KEYS[:3]), min_size=3, max_size=3))
def test_unanswered_calls_go_from_number_to_number_no_longer_than_five_hops(goes_to):
    """Each extension has a number; nobody answers anywhere."""
    numbers = {key: f"+65600001{key[1:]}" for key in KEYS[:3]}
    extensions = {number: key for key, number in numbers.items()}
    key, through = "100", ()
    while True:
        no_answer = NoAnswer("forward", numbers[goes_to[int(key) - 100]], 5)
        decision = decide(Incoming(STRANGER, through), settings(key=key, no_answer=no_answer), NOW, LineState())
        assert decision.action == "ring"
        assert len(through) <= MOST_HOPS
        if decision.no_answer.action != "forward":
            break
        key, through = extensions[decision.no_answer.number], (*through, key)
    assert decision.no_answer.action == "hang_up"
    assert replace(decision.no_answer, after_seconds=0).number is None
