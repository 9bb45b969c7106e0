"""One line for each command and event, there and back; anything else is a typed error."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.party import Party
from softphone.phone.registration import RegistrationState
from softphone.phone.secret import Secret
from softphone.user_agent.wire import MAX_LINE, WireError, decode_command, decode_event, encode

COMMANDS = get_args(cmd.Command)
EVENTS = get_args(ev.UserAgentEvent)
ANY_TEXT = st.text(max_size=40) | st.text(st.characters(), max_size=10)


def values(hint):
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if hint is Secret:
        return ANY_TEXT.map(Secret)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{field.name: values(hints[field.name]) for field in fields(hint)})
    if hint in (str, int, bool):
        return {str: ANY_TEXT, int: st.integers(), bool: st.booleans()}[hint]
    args = get_args(hint)
    if args[-1] is Ellipsis:
        return st.lists(values(args[0]), max_size=3).map(tuple)
    return st.none() | values(next(arg for arg in args if arg is not type(None)))


@given(st.one_of([values(kind) for kind in COMMANDS]))
@settings(max_examples=300, deadline=None)
def test_every_command_comes_back_as_it_went(command):
    line = encode(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


@given(st.one_of([values(kind) for kind in EVENTS]))
@settings(max_examples=300, deadline=None)
def test_every_event_comes_back_as_it_went(event):
    assert decode_event(encode(event)) == event


def test_types_come_back_too_not_only_what_compares_equal():
    event = ev.RegistrationChanged("l", RegistrationState.FAILED, Failure(FailureKind.FORBIDDEN, 403), retry_in=3)
    back = decode_event(encode(event))
    assert type(back.state) is RegistrationState
    assert type(back.failure) is Failure
    assert type(back.retry_in) is float


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{",
        b"null",
        b"[]",
        b'["Ping"]',
        b'["Ping",{},{}]',
        b'["Ping",{}]',
        b'["Ping",{"number":"1"}]',
        b'["Ping",{"number":true}]',
        b'["Ping",{"number":1,"extra":2}]',
        b'["Ping",[1]]',
        b'["Nonsense",{}]',
        b'["Pong",{"number":1}]',
        b'[["Ping"],{"number":1}]',
        b'["Refuse",{"call_id":"x","code":486,"contacts":"sip:a@b"}]',
        b'["Refuse",{"call_id":"x","code":486,"contacts":[1]}]',
        b"\xff\xfe",
        b"[" * 100_000,
        b'["Ping",{"number":1}]' + b" " * MAX_LINE,
    ],
)
def test_a_malformed_command_is_a_wire_error(line):
    with pytest.raises(WireError):
        decode_command(line)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: json.dumps([text, {}]).encode()))
def test_no_line_whatever_crashes_the_reader(line):
    with pytest.raises(WireError):
        decode_event(line)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(ANY_JSON)
def test_fields_of_the_wrong_type_are_a_wire_error_or_a_value(body):
    for kind in EVENTS:
        wrong = {field.name: body for field in fields(kind)}
        try:
            event = decode_event(json.dumps([kind.__name__, wrong]).encode())
        except WireError:
            continue
        assert type(event) is kind


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400])
def test_a_number_that_is_none_is_refused(number):
    line = f'["LevelsMeasured",{{"microphone":{number},"speaker":0.0}}]'.encode()
    with pytest.raises(WireError):
        decode_event(line)


def test_an_unknown_state_is_refused():
    with pytest.raises(WireError, match="RegistrationState"):
        decode_event(b'["RegistrationChanged",{"line_id":"l","state":"dreaming"}]')


def test_what_does_not_belong_on_the_pipe_is_not_sent():
    for stranger in (ev.KeychainFailed("x"), Party("a"), object(), ev.LevelsMeasured(float("nan"), 0.0)):
        with pytest.raises(WireError):
            encode(stranger)


def test_an_error_never_quotes_a_secret():
    line = b'["Register",{"line_id":"l","domain":"d","username":"u","auth_username":"a","password":{"x":"hunter2"}}]'
    with pytest.raises(WireError) as caught:
        decode_command(line)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_crosses_but_never_prints():
    register = cmd.Register("l", "d", "u", "a", Secret("hunter2"))
    back = decode_command(encode(register))
    assert back.password.reveal() == "hunter2"
    assert "hunter2" not in repr(back)
