"""The post before there is an inbox."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from softphone.phone.events import Event


class EarlyPost:
    """Keeps events until there is an inbox to post them to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: deque[Event] = deque()
        self._post: Callable[[Event], None] | None = None

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._post is None:
                self._early.append(event)
                return
        self._post(event)

    def open(self, post: Callable[[Event], None]) -> None:
        with self._lock:
            while self._early:
                post(self._early.popleft())
            self._post = post
