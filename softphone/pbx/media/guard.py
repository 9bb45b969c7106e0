"""One guard around every callback that pjsua2 makes: nothing raised in it may reach the native side."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Callback = TypeVar("Callback", bound=Callable[..., Any])


def guarded(callback: Callback) -> Callback:
    """The same callback; what it raises is logged as text, so that no traceback keeps a call alive."""

    @functools.wraps(callback)
    def wrapper(*arguments: Any) -> Any:
        try:
            return callback(*arguments)
        except Exception:
            log.exception("%s failed", callback.__qualname__)
            return None

    return wrapper  # type: ignore[return-value]
