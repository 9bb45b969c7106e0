"""The real application as a process with a home of its own, asked by its command line."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.system.waiting import until

ROOT = Path(__file__).resolve().parents[2]


class Application:
    """Context manager. Its log is shown when the test inside fails."""

    def __init__(
        self,
        environment: dict[str, str] | None = None,
        *,
        home: Path | None = None,
        profile: str = "",
        installation: str = "",
    ) -> None:
        # Short: a socket's path has room for some 100 characters.
        self._own_home = home is None
        self.home = home or Path(tempfile.mkdtemp(prefix="sp-"))
        self.profile = profile
        runtime = self.home / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        keep = {k: v for k, v in os.environ.items() if k.startswith(("PATH", "LANG", "LC_", "VIRTUAL_ENV"))}
        self.environment = {
            **keep,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "en_SG.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "SOFTPHONE_SOUND": "null",
            "PYTHONUNBUFFERED": "1",
            # A bus address that nobody listens at: no keychain, unless a test brings one.
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/none",
            **(environment or {}),
        }
        if installation:  # the same device again for the account service, which allows three
            preferences = self.home / ".config/softphone/preferences.json"
            preferences.parent.mkdir(parents=True, exist_ok=True)
            preferences.write_text(json.dumps({"installation_id": installation}))
        self.process: subprocess.Popen | None = None
        self._output = self.home / "output.txt"

    def __enter__(self) -> "Application":
        self.start()
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        self.stop()
        if kind is not None:
            print(self.log)
        if self._own_home:
            shutil.rmtree(self.home, ignore_errors=True)

    # --- the process ----------------------------------------------------------------------------------------------

    def start(self, *arguments: str) -> None:
        profile = ["--profile", self.profile] if self.profile else []
        with self._output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "softphone", *profile, *arguments],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        until(self._answers, "the application answers its command line", 30)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"the application ended with {self.process.returncode}\n{self.log}")
        return self.run("status")[0] == 0

    def stop(self) -> int | None:
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.run("quit")
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
                raise AssertionError(f"the application did not quit\n{self.log}") from None
        return self.process.returncode

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def child_pid(self) -> int:
        """Of the user agent."""
        pid = self.child_pid_or_none()
        assert pid is not None, "there is no user agent"
        return pid

    def child_pid_or_none(self) -> int | None:
        import psutil

        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if "user-agent" in child.cmdline():
                    return child.pid
        return None

    @property
    def log(self) -> str:
        parts = [self._output.read_text(errors="replace")] if self._output.exists() else []
        parts += [f.read_text(errors="replace")[-30000:] for f in sorted(self.home.rglob("softphone.log"))]
        return "\n".join(parts)

    # --- the command line -----------------------------------------------------------------------------------------

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of one verb."""
        profile = ["--profile", self.profile] if self.profile else []
        done = subprocess.run(
            [sys.executable, "-m", "softphone", *profile, *arguments],
            cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def do(self, *arguments: str, stdin: str = "") -> str:
        """A verb that must be done; returns what it printed."""
        code, out, err = self.run(*arguments, stdin=stdin)
        assert code == 0, f"softphone {' '.join(arguments)}: exit {code}: {err}"
        return out

    def ask(self, verb: str, **arguments: Any) -> Any:
        """A verb over the same socket without a process for each: for looking often."""
        from softphone.control.client import ask
        from softphone.control.protocol import Question

        reply = ask(str(self.socket), Question(verb, arguments), timeout=20)
        assert reply.code == 0, reply.error
        return reply.result

    @property
    def socket(self) -> Path:
        run = Path(self.environment["XDG_RUNTIME_DIR"])
        return next(run.rglob(f"{self.profile or 'default'}.sock"))

    def status(self) -> dict[str, Any]:
        return self.ask("status")

    def wait_for(self, look: Callable[[dict[str, Any]], Any], what: str, seconds: float = 10.0) -> Any:
        """The first true `look(status)`."""
        try:
            return until(lambda: look(self.status()), what, seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\nstatus: {json.dumps(self.status())}") from None

    def sign_in(self, email: str, password: str, service: str) -> None:
        self.do("sign-in", "--email", email, "--password-stdin", "--service", service, stdin=password + "\n")

    def registered(self, seconds: float = 15.0) -> None:
        self.wait_for(lambda s: s["registration"]["state"] == "registered", "registered", seconds)

    def call_state(self, call_id: str) -> str:
        return next((c["state"] for c in self.status()["calls"] if c["id"] == call_id), "gone")
