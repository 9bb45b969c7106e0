"""A screen of its own (Xvfb, openbox) with a pointer that clicks (xdotool)."""

import os
import subprocess
from dataclasses import dataclass

from tests.system.waiting import until


@dataclass(frozen=True)
class Window:
    id: str
    x: int
    y: int
    width: int
    height: int


class Screen:
    """Context manager; `environment` shows a program's windows on it."""

    def __init__(self, size: str = "1400x1000") -> None:
        self._size = size
        self._processes: list[subprocess.Popen] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "Screen":
        reader, writer = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{self._size}x24", "-nolisten", "tcp"],
            pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writer)
        self._processes.append(server)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        assert number, "Xvfb did not start"
        self.environment = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        self._processes.append(
            subprocess.Popen(
                ["openbox"], env=self._env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )  # fmt: skip
        until(lambda: "window id" in self._run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "a window manager")
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(10)

    def window(self, title: str, seconds: float = 10.0) -> Window:
        """The visible window whose title matches."""
        return until(lambda: self._find(title), f"a window {title!r} on the screen", seconds)

    def is_shown(self, title: str) -> bool:
        return self._find(title) is not None

    def focused(self) -> str:
        """Title of the window that has the keyboard."""
        return self._run("xdotool", "getactivewindow", "getwindowname").strip()

    def click(self, x: int, y: int) -> None:
        self._run("xdotool", "mousemove", "--sync", str(x), str(y))
        self._run("xdotool", "click", "1")

    def type(self, text: str) -> None:
        self._run("xdotool", "type", "--delay", "15", text)

    def key(self, name: str) -> None:
        self._run("xdotool", "key", name)

    def photograph(self, file: str) -> None:
        subprocess.run(["import", "-window", "root", file], env=self._env(), check=True, timeout=30)

    def _find(self, title: str) -> Window | None:
        ids = self._run("xdotool", "search", "--onlyvisible", "--name", title).split()
        if not ids:
            return None
        shape = dict(
            line.split("=", 1)
            for line in self._run("xdotool", "getwindowgeometry", "--shell", ids[-1]).splitlines()
            if "=" in line
        )
        if not {"X", "Y", "WIDTH", "HEIGHT"} <= shape.keys():
            return None
        return Window(ids[-1], int(shape["X"]), int(shape["Y"]), int(shape["WIDTH"]), int(shape["HEIGHT"]))

    def _run(self, *command: str) -> str:
        return subprocess.run(command, env=self._env(), capture_output=True, text=True, timeout=20, check=False).stdout

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}
