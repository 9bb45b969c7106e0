"""One pause of the tour's script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Wait:
    """Go on once `look` is true; the tour fails with `what` when it is not within `seconds`."""

    look: Callable[[], object]
    what: str
    seconds: float = 15.0
