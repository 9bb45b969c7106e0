"""Finding ports that are free, those of the last run first."""

from __future__ import annotations

import contextlib
import socket

_ATTEMPTS = 50


def udp_and_tcp_port(listen: str, *wanted: int) -> int:
    """A port free for both; the first of `wanted` that is, else any. 0 in `wanted` is left out.

    Telephones are told one registrar address for both transports.
    """
    for port in [port for port in wanted if port] + [0] * _ATTEMPTS:
        found = _free(listen, socket.SOCK_DGRAM, port)
        if found and _free(listen, socket.SOCK_STREAM, found):
            return found
    raise OSError(f"no free port at {listen}")


def tcp_port(listen: str, *wanted: int) -> int:
    """The first of `wanted` that is free, else 0 (any)."""
    return next((port for port in wanted if port and _free(listen, socket.SOCK_STREAM, port)), 0)


def _free(listen: str, kind: socket.SocketKind, port: int) -> int:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((listen, port))
        bound: int = probe.getsockname()[1]
        return bound
    return 0
