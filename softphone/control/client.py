"""The asking end of the local socket. Standard library only: a verb answers in milliseconds, without Qt."""

from __future__ import annotations

import socket
import sys
from typing import BinaryIO, cast

from softphone.control.protocol import MAX_LINE, Question, Reply


class NotRunning(Exception):
    """Nobody listens: this profile's Softphone is not running."""


def ask(address: str, question: Question, timeout: float = 90.0) -> Reply:
    """Ask the running Softphone. Raises `NotRunning`, or TimeoutError when it does not answer in `timeout` seconds."""
    if sys.platform == "win32":
        return _ask_pipe(address, question)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(address)
            connection.sendall(question.encode())
            line = _read_line(connection)
    except TimeoutError:
        raise
    except OSError as problem:
        raise NotRunning(str(problem)) from problem
    if not line:
        raise NotRunning("it went away")
    return Reply.decode(line)


def _read_line(connection: socket.socket) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n"):
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
        if len(received) > 100 * MAX_LINE:
            raise OSError("an answer without end")
    return bytes(received)


def _ask_pipe(name: str, question: Question) -> Reply:
    """Windows: a named pipe opens like a file."""
    try:
        with open(rf"\\.\pipe\{name}", "r+b", buffering=0) as pipe:
            pipe.write(question.encode())
            line = cast(BinaryIO, pipe).readline()
    except OSError as problem:
        raise NotRunning(str(problem)) from problem
    if not line:
        raise NotRunning("it went away")
    return Reply.decode(line)
