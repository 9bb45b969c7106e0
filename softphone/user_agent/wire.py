"""The pipe's language: one JSON line per command or event, made from the dataclasses' own type hints.

Both directions, one schema. A secret is revealed here and nowhere else: the pipe belongs to the two processes alone.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from softphone.phone import commands, events
from softphone.phone.commands import Command
from softphone.phone.events import UserAgentEvent
from softphone.phone.secret import Secret

#: Longer lines are a fault, whoever wrote them; nothing legitimate comes near.
MAX_LINE = 1_000_000

_Convert = Callable[[Any], Any]


class WireError(ValueError):
    """A line that is no command or event of this version. Its text never quotes the line: it may hold a secret."""


_COMMANDS: dict[str, type] = {kind.__name__: kind for kind in get_args(commands.Command)}
_EVENTS: dict[str, type] = {kind.__name__: kind for kind in get_args(events.UserAgentEvent)}


def encode(message: Command | UserAgentEvent) -> bytes:
    """One line, newline included."""
    kind: Any = type(message)
    name: str = kind.__name__
    if _COMMANDS.get(name) is not kind and _EVENTS.get(name) is not kind:
        raise WireError(f"{name} does not cross the pipe")
    try:
        body = _encoder(kind)(message)
        return json.dumps([name, body], separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
    except (TypeError, ValueError, AttributeError) as error:
        raise WireError(f"{name} cannot be encoded ({type(error).__name__})") from None


def decode_command(line: bytes) -> Command:
    command: Command = _decode(line, _COMMANDS)
    return command


def decode_event(line: bytes) -> UserAgentEvent:
    event: UserAgentEvent = _decode(line, _EVENTS)
    return event


def _decode(line: bytes, kinds: dict[str, type]) -> Any:
    if len(line) > MAX_LINE:
        raise WireError(f"line of {len(line)} bytes")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise WireError("not JSON") from None
    if not isinstance(message, list) or len(message) != 2 or not isinstance(message[0], str):
        raise WireError("not [name, fields]")
    name, body = message
    kind = kinds.get(name)
    if kind is None:
        raise WireError(f"unknown message {name[:40]!r}")
    return _decoder(kind)(body)


# --- converters, made once for each type ---------------------------------------------------------------------------


def _same(value: Any) -> Any:
    return value


@cache
def _encoder(hint: Any) -> _Convert:
    """How a value of this hint becomes JSON; `_same` where it already is."""
    inner = _optional(hint)
    if inner is not None:
        convert = _encoder(inner)
        return _same if convert is _same else lambda value: None if value is None else convert(value)
    if get_origin(hint) is tuple:
        item = _encoder(_item_of(hint))
        return list if item is _same else lambda value: [item(each) for each in value]
    if hint is Secret:
        return lambda value: value.reveal()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.value
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        plan = [(field.name, _encoder(hints[field.name])) for field in fields(hint)]
        return lambda value: {name: convert(getattr(value, name)) for name, convert in plan}
    if hint in (str, int, float, bool):
        return _same
    raise WireError(f"no encoding for {hint}")


@cache
def _decoder(hint: Any) -> _Convert:
    """How JSON becomes a value of this hint; raises `WireError` on anything else."""
    inner = _optional(hint)
    if inner is not None:
        convert = _decoder(inner)
        return lambda value: None if value is None else convert(value)
    if get_origin(hint) is tuple:
        return _tuple_decoder(_decoder(_item_of(hint)))
    if hint is Secret:
        return lambda value: Secret(_expect(value, str, "text"))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_decoder(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass_decoder(hint)
    if hint is float:
        return _decode_float
    if hint is int:
        return _decode_int
    if hint in (str, bool):
        return lambda value: _expect(value, hint, hint.__name__)
    raise WireError(f"no decoding for {hint}")


def _dataclass_decoder(kind: type) -> _Convert:
    hints = get_type_hints(kind)
    plan = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    required = frozenset(
        field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING
    )

    def decode(value: Any) -> Any:
        _expect(value, dict, kind.__name__)
        if not required <= value.keys():
            raise WireError(f"{kind.__name__} lacks {', '.join(sorted(required - value.keys()))}")
        if not value.keys() <= plan.keys():
            raise WireError(f"{kind.__name__} has unknown fields")
        try:
            return kind(**{name: plan[name](each) for name, each in value.items()})
        except WireError as error:
            raise WireError(f"{kind.__name__}: {error}") from None

    return decode


def _tuple_decoder(item: _Convert) -> _Convert:
    return lambda value: tuple(item(each) for each in _expect(value, list, "list"))


def _enum_decoder(kind: type[Enum]) -> _Convert:
    def decode(value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise WireError(f"no such {kind.__name__}") from None

    return decode


def _decode_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WireError("expected int")
    return value


def _decode_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WireError("expected float")
    try:
        number = float(value)
    except OverflowError:
        raise WireError("number out of range") from None
    if number != number or number in (float("inf"), float("-inf")):
        raise WireError("number out of range")
    return number


def _expect(value: Any, kind: type, word: str) -> Any:
    if not isinstance(value, kind):
        raise WireError(f"expected {word}")
    return value


def _optional(hint: Any) -> Any:
    """The X of `X | None`; None for any other hint."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [arg for arg in get_args(hint) if arg is not type(None)]
        if len(rest) == 1 and len(get_args(hint)) == 2:
            return rest[0]
        raise WireError(f"only `X | None` crosses the pipe, not {hint}")
    return None


def _item_of(hint: Any) -> Any:
    args = get_args(hint)
    if len(args) == 2 and args[1] is Ellipsis:
        return args[0]
    raise WireError(f"only `tuple[X, ...]` crosses the pipe, not {hint}")
