"""No exception leaves a callback of PJSIP: one that does is printed, swallowed, and its traceback pins the call."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable
from typing import Any

log = logging.getLogger("ua")


def guard(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps an override: what goes wrong in it is logged, and the stack goes on."""

    @functools.wraps(callback)
    def guarded(self: Any, *args: Any) -> Any:
        try:
            return callback(self, *args)
        except Exception as error:
            log.error("in %s: %s\n%s", callback.__qualname__, error, traceback.format_exc())
            return None

    return guarded
