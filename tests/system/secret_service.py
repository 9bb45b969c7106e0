"""A real Secret Service on a message bus of its own (dbus-daemon, gnome-keyring), unlocked and empty."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.system.waiting import until


class SecretService:
    """Context manager; `environment` makes a process use it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._processes: list[subprocess.Popen] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "SecretService":
        runtime = self._home / "runtime"
        runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={runtime}/bus"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._processes.append(bus)
        address = bus.stdout.readline().strip()
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "XDG_RUNTIME_DIR": str(runtime),
            "HOME": str(self._home),
            "XDG_DATA_HOME": str(self._home / "keyring-data"),
        }
        daemon = shutil.which("gnome-keyring-daemon") or "gnome-keyring-daemon"
        keyring = subprocess.Popen(
            [daemon, "--foreground", "--unlock", "--components=secrets", f"--control-directory={runtime}/keyring"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._processes.append(keyring)
        keyring.stdin.write(b"a test keyring\n")
        keyring.stdin.close()
        until(self._serves, "the Secret Service answers", 15)
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(10)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def entries(self) -> str:
        """Everything it keeps for us, as text; for looking, not for parsing."""
        return self._python("import keyring; print(keyring.get_password('softphone', 'default'))")

    def _serves(self) -> bool:
        look = (
            "from keyring.backends.SecretService import Keyring; k = Keyring();"
            "k.set_password('probe', 'probe', 'x'); assert k.get_password('probe', 'probe') == 'x';"
            "k.delete_password('probe', 'probe'); print('yes')"
        )
        return "yes" in self._python(look)

    def _python(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
        return done.stdout.strip()
