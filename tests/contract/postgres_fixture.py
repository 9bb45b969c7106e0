"""A PostgreSQL cluster of its own for the tests: a temporary folder, a free port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

STARTS_WITHIN = 60.0  # seconds


def postgres_programs() -> Path | None:
    """The folder with initdb and postgres, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: -float(file.parts[-3]))
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres_cluster(programs: Path) -> Iterator[str]:
    """The URL of an empty database. PostgreSQL refuses to be root, and is then run by its own user."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"check": True, "capture_output": True, "timeout": STARTS_WITHIN, "cwd": folder}
    server = None
    try:
        subprocess.run(
            [*as_user, programs / "initdb", "--no-sync", "-A", "trust", "-U", "softphone", "-D", folder / "data"],
            **quiet,
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_user, programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port),
                 "-k", folder, "-c", "fsync=off"],
                stdout=log, stderr=log, cwd=folder,
            )
        _wait(f"postgresql://softphone@127.0.0.1:{port}/postgres", server, folder / "log")
        yield f"postgresql+psycopg://softphone@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)  # between two tries of a program that tells nobody when it is ready
