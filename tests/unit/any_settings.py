"""Settings, callers and states of lines for the tests of the rules: one made by hand, and any at all for hypothesis."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from softphone.extension.call_rules import Incoming, LineState
from softphone.extension.settings import (
    CallerId,
    Device,
    DoNotDisturb,
    Forwarding,
    NoAnswer,
    Settings,
    UsageLimit,
)

SINGAPORE = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=SINGAPORE)
BOB, CAROL, STRANGER = "+6531234567", "+6569876543", "+6560000000"
KINDS = ("ip_phone", "mobile", "desktop")
IP_PHONE, MOBILE, DESKTOP = (Device(id=kind, type=kind, name=kind) for kind in KINDS)
A_NUMBER = st.sampled_from((BOB, CAROL, STRANGER))
A_KEY = st.sampled_from(("100", "101", "102", "103", "9000"))
A_TIME = st.none() | st.sampled_from(
    ((NOW - timedelta(hours=1)).isoformat(), (NOW + timedelta(hours=1)).isoformat(), "2026-11-22T01:30:00.5Z", "never")
)


def settings(**changes):
    """A normal extension with its three devices, all ringing."""
    return Settings(**({"key": "100", "label": "Alice Tan", "devices": (IP_PHONE, MOBILE, DESKTOP)} | changes))


def forwarding(*targets, vip=()):
    """To numbers and extensions, and on."""
    number = next((target for target in targets if target.startswith("+")), None)
    return Forwarding(True, number, tuple(target for target in targets if not target.startswith("+")), tuple(vip))


devices = st.lists(st.sampled_from(KINDS), max_size=3, unique=True).flatmap(
    lambda kinds: st.tuples(*(st.builds(Device, st.just(kind), st.just(kind), activated=st.booleans(),
                                        name=st.just(kind)) for kind in kinds))
)  # fmt: skip
forwardings = st.builds(
    Forwarding, st.booleans(), st.none() | A_NUMBER, st.lists(A_KEY, max_size=3).map(tuple),
    st.lists(A_NUMBER | A_KEY, max_size=3).map(tuple),
)  # fmt: skip
any_settings = st.builds(
    Settings, key=st.just("100"), label=st.just("Alice"), type=st.sampled_from(("normal", "contact_center")),
    call_group=st.none() | st.just("9000"), devices=devices, passcode=st.sampled_from(("", "4821")),
    ring_devices=st.lists(st.sampled_from(KINDS), max_size=3, unique=True).map(tuple),
    primary_device=st.none() | st.sampled_from(KINDS),
    gateway=st.sampled_from((None, None, None, "sip:gateway@example.com")),
    dnd=st.builds(DoNotDisturb, st.booleans(), A_TIME), forwarding=forwardings, call_waiting=st.booleans(),
    no_answer=st.builds(
        NoAnswer, st.sampled_from(("forward", "hang_up", "record_number", "voicemail")), st.none() | A_NUMBER,
        st.integers(5, 60),
    ),
    caller_id=st.builds(
        CallerId, st.sampled_from(("fixed", "assigned", "random")), st.none() | A_NUMBER,
        st.lists(A_NUMBER, max_size=3, unique=True).map(tuple), st.lists(A_NUMBER, max_size=2, unique=True).map(tuple),
    ),
    usage_limit=st.builds(
        UsageLimit, st.sampled_from(("unlimited", "duration", "amount")), st.none() | st.floats(0, 100),
        st.floats(0, 100),
    ),
)  # fmt: skip
any_call = st.builds(
    Incoming, st.just("") | A_NUMBER | A_KEY, st.lists(A_KEY, max_size=6, unique=True).map(tuple), st.booleans(),
    st.frozensets(A_KEY | A_NUMBER, max_size=3),
)  # fmt: skip
any_state = st.builds(
    LineState, st.integers(0, 3), st.none() | st.frozensets(st.sampled_from(KINDS)), st.none() | st.sampled_from(KINDS)
)
