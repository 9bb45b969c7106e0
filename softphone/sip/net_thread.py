"""The child's second thread: an asyncio loop for DNS, the TLS relay and whatever else waits for the network."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from softphone.phone.failure import Failure, FailureKind, Refused

log = logging.getLogger("net")


class NetThread:
    """`run` hands a coroutine in, and its result back through `post` onto the sip thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._post = post
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="net", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def run(self, work: Coroutine[Any, Any, Any], done: Callable[[Any, Failure | None], None]) -> None:
        """`done(result, failure)` is called on the sip thread."""
        self.loop.call_soon_threadsafe(self._start, work, done)

    def call(self, action: Callable[[], None]) -> None:
        self.loop.call_soon_threadsafe(action)

    def _start(self, work: Coroutine[Any, Any, Any], done: Callable[[Any, Failure | None], None]) -> None:
        task = self.loop.create_task(self._settle(work, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, work: Coroutine[Any, Any, Any], done: Callable[[Any, Failure | None], None]) -> None:
        result: Any = None
        failure: Failure | None = None
        try:
            result = await work
        except Refused as refused:
            failure = refused.failure
        except Exception as error:
            log.exception("unexpected")
            failure = Failure(FailureKind.INTERNAL, detail=type(error).__name__)
        self._post(lambda: done(result, failure))
