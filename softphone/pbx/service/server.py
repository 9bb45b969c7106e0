"""Serves an application over HTTPS on a thread of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

_STOP_WITHIN = 5.0  # seconds


class HttpsServer:
    """`start` returns the port that is served; port 0 is any free one."""

    def __init__(
        self, app: Starlette, *, certificate_chain: Path, private_key: Path, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._server = _Server(
            uvicorn.Config(
                app, ssl_certfile=certificate_chain, ssl_keyfile=private_key, loop="asyncio", http="h11", ws="none",
                lifespan="off", log_config=None, access_log=False, server_header=False, timeout_keep_alive=30,
                timeout_graceful_shutdown=1,
            ),
            self._ready,
        )
        self._thread = threading.Thread(target=self._run, name="account-service", daemon=True)
        self._socket: socket.socket | None = None

    def start(self, within: float = 10.0) -> int:
        """Raises OSError when the address cannot be had, ssl.SSLError for a bad certificate."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # The protocol is named because asyncio sends small answers at once (TCP_NODELAY) only where it is.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._host, self._port))
        except OSError:
            listening.close()
            raise
        self._socket = listening
        self._thread.start()
        if not self._ready.wait(within):
            self.stop()
            raise TimeoutError("the account service does not start")
        if self._failure is not None:
            listening.close()
            raise self._failure
        port: int = listening.getsockname()[1]
        return port

    def stop(self) -> None:
        """Ends the event streams, finishes requests that run, and closes."""
        self._app.state.hub.close()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_WITHIN)
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        try:
            assert self._socket is not None
            self._server.run(sockets=[self._socket])
        except (Exception, SystemExit) as error:  # uvicorn exits the process when it cannot start
            self._failure = error if isinstance(error, OSError | ssl.SSLError) else RuntimeError(repr(error))
        finally:
            self._ready.set()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """An idle client does not answer TLS's closing for a while; nothing is lost by not waiting for it."""
        for connection in list(self.server_state.connections):
            cycle, transport = getattr(connection, "cycle", None), getattr(connection, "transport", None)
            if transport is not None and (cycle is None or cycle.response_complete):
                transport.abort()
        await super().shutdown(sockets)
