"""Plain JSON values to frozen dataclasses and back, with the JSON Pointer (RFC 6901) of everything that is wrong.

The dataclasses are the only description: their types say the shape, and the metadata of their fields the limits, in
pydantic's words (`pattern`, `ge`, `le`, `max_length`), so that the OpenAPI document is made from the same lines.
`fault` is what a person is told of text in a wrong form, where the description does not say it ("{text}" is the text),
`too_long` of one that is too long.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

Json = Any
T = TypeVar("T")

_LONGEST_ARRAY = 10_000


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a document. `code` is stable for programs, `detail` a sentence for a person."""

    pointer: str
    code: str
    detail: str


class InvalidDocument(ValueError):
    """The document is not what it should be; `faults` names every place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in self.faults))


def merge_patch(target: Json, patch: Json) -> Json:
    """RFC 7396: null removes, objects merge, anything else (arrays too) replaces. Neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def pointer(*parts: str | int) -> str:
    """The JSON Pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def value_at(document: Json, where: str) -> Json:
    """The value a pointer names; None when there is none."""
    for part in where.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(name)
        elif isinstance(document, list | tuple) and name.isascii() and name.isdigit() and len(name) < 7:
            document = document[int(name)] if int(name) < len(document) else None
        else:
            return None
    return document


def read(cls: type[T], value: Json, *, complete: bool, limited: bool) -> T:
    """Make a `cls` of a JSON value or raise InvalidDocument. Wrong types are always faults.

    `complete` makes faults of unknown members, and of missing ones that cannot be null: for what is about to be stored,
    while a reader takes what a newer or older service says. `limited` applies the limits of the fields.
    """
    faults: list[Fault] = []
    made = _Reader(complete, limited, faults).read(cls, value, "", {})
    if faults:
        raise InvalidDocument(faults)
    result: T = made
    return result


def write(value: Any) -> Json:
    """The JSON value of a dataclass; members marked `omit_none` are left out while they are None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: write(member)
            for f in fields(value)
            if (member := getattr(value, f.name)) is not None or not f.metadata.get("omit_none")
        }
    if isinstance(value, tuple | list):
        return [write(item) for item in value]
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _encodes(text: str) -> bool:
    """JSON can escape one half of a surrogate pair, which no file, wire or window can hold."""
    try:
        text.encode()
        return True
    except UnicodeEncodeError:
        return False


_SCALARS: dict[type, tuple[Callable[[Json], bool], str]] = {
    bool: (lambda value: isinstance(value, bool), "This must be true or false."),
    int: (lambda value: isinstance(value, int) and not isinstance(value, bool), "This must be a whole number."),
    float: (_is_number, "This must be a number."),
    str: (lambda value: isinstance(value, str), "This must be text."),
}


@dataclass(frozen=True)
class _Reader:
    complete: bool
    limited: bool
    faults: list[Fault]

    def read(self, kind: Any, value: Json, at: str, limits: Mapping[str, Any]) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            if value is None:
                return None
            kind = next(option for option in get_args(kind) if option is not type(None))
            origin = get_origin(kind)
        if is_dataclass(kind):
            return self._object(kind, value, at)
        if origin is tuple:
            return self._array(get_args(kind)[0], value, at, limits)
        if origin is Literal:
            return self._choice(get_args(kind), value, at)
        return self._scalar(kind, value, at, limits)

    def _fault(self, at: str, code: str, detail: str) -> None:
        self.faults.append(Fault(at, code, detail))

    def _object(self, cls: Any, value: Json, at: str) -> Any:
        if not isinstance(value, dict):
            self._fault(at, "type", "This must be an object.")
            return None
        hints = _hints(cls)
        found: dict[str, Any] = {}
        for f in fields(cls):
            where = at + pointer(f.name)
            if f.name in value:
                found[f.name] = self.read(hints[f.name], value[f.name], where, f.metadata)
            elif type(None) in get_args(hints[f.name]):
                found[f.name] = None
            elif self.complete or (f.default is MISSING and f.default_factory is MISSING):
                self._fault(where, "required", "This must be given.")
        if self.complete:
            for name in sorted(name for name in value if name not in hints)[:20]:
                self._fault(at + pointer(name[:100]), "unknown", "There is no such setting.")
        return None if self.faults else cls(**found)

    def _array(self, kind: Any, value: Json, at: str, limits: Mapping[str, Any]) -> tuple[Any, ...]:
        longest = limits.get("max_length", _LONGEST_ARRAY)
        if not isinstance(value, list):
            self._fault(at, "type", "This must be a list.")
            return ()
        if len(value) > longest:
            self._fault(at, "too-many", f"At most {longest} are possible.")
            return ()
        inside = limits.get("items", {})
        return tuple(self.read(kind, item, f"{at}/{index}", inside) for index, item in enumerate(value))

    def _choice(self, choices: tuple[Any, ...], value: Json, at: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            self._fault(at, "choice", f"This must be one of: {', '.join(choices)}.")
        return value

    def _scalar(self, kind: type, value: Json, at: str, limits: Mapping[str, Any]) -> Any:
        fits, detail = _SCALARS[kind]
        if not fits(value):
            self._fault(at, "type", detail)
        elif not self.limited:
            return value
        elif "ge" in limits and not limits["ge"] <= value <= limits["le"]:
            self._fault(at, "range", f"This must be from {limits['ge']} to {limits['le']}.")
        elif "max_length" in limits and len(value) > limits["max_length"]:
            self._fault(at, "too-long", limits.get("too_long") or limits.get("fault", "").replace("{text}", value[:60])
                        or f"At most {limits['max_length']} characters are possible.")
        elif kind is str and not _encodes(value):
            self._fault(at, "format", "This text holds half a character.")
        elif "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            said = limits.get("fault") or limits.get("description", "This is not written as it should be.")
            self._fault(at, "format", said.replace("{text}", value))
        return value
