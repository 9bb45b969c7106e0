"""The tour's hands and eyes: clicks, keys, pictures, the transcript."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from softphone.tour.wait import Wait
from softphone.ui.theme.theme import theme

if TYPE_CHECKING:
    from softphone.ui.windows import Windows

#: Longer than any cross-fade, and than the 300 ms in which the incoming window takes no clicks.
SETTLE_SECONDS = 0.7


class Failed(Exception):
    """A step did not come true."""


class StageHand:
    def __init__(self, windows: Windows, folder: Path) -> None:
        self._windows = windows
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._transcript = (folder / "transcript.txt").open("w", encoding="utf-8")
        self._started = time.monotonic()

    def say(self, line: str) -> None:
        text = f"{time.monotonic() - self._started:6.1f} s  {line}"
        print(text, flush=True)
        self._transcript.write(text + "\n")
        self._transcript.flush()

    def check(self, true: bool, what: str) -> None:
        if not true:
            raise Failed(what)
        self.say(f"ok: {what}")

    def photograph(self, name: str) -> Iterator[Wait]:
        """The main window, once what moves in it has come to rest."""
        yield self._settled()
        self._save(self._windows.main, name)

    def photograph_incoming(self, name: str) -> Iterator[Wait]:
        """The incoming window; it takes clicks by then, too."""
        yield self._settled()
        self._save(self._incoming(), name)

    def photograph_settings(self, name: str) -> Iterator[Wait]:
        """The settings window; `open_settings` shows it."""
        yield self._settled()
        self._save(self._settings(), name)

    def photograph_now(self, name: str) -> None:
        self._save(self._windows.main, name)

    def _settled(self) -> Wait:

        until = time.monotonic() + SETTLE_SECONDS
        return Wait(lambda: time.monotonic() > until, "a moment's rest", 5)

    def _save(self, window: QWidget, name: str) -> None:
        if not window.grab().save(str(self._folder / f"{name}.png")):
            raise Failed(f"no picture {name}")

    def dark(self, on: bool) -> None:
        theme().set_mode("dark" if on else "light")

    # --- hands ----------------------------------------------------------------------------------------------------

    def type_into_box(self, text: str) -> None:
        QTest.keyClicks(self._box(), text)

    def press_return_in_box(self) -> None:
        QTest.keyClick(self._box(), Qt.Key.Key_Return)

    def click(self, name: str) -> None:
        """A button of the main window, by its accessible name or its beginning."""
        button = self._button(self._windows.main, name)
        if button is None:
            raise Failed(f"there is no button {name!r} to click")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def click_end(self) -> None:
        self.click("End call")

    def click_if_there(self, name: str) -> None:
        button = self._button(self._windows.main, name)
        if button is not None:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def incoming_shown(self) -> bool:
        return bool(self._windows.incoming_windows())

    def click_incoming(self, name: str) -> None:
        button = self._button(self._incoming(), name)
        if button is None:
            raise Failed(f"the incoming window has no {name!r}")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def open_settings(self, page: str) -> None:
        self._windows.show_settings(page)

    def close_settings(self) -> None:
        self._settings().close()

    def close(self) -> None:
        self._transcript.close()

    def _settings(self) -> QWidget:
        window = self._windows.settings_window
        if window is None:
            raise Failed("there is no settings window")
        return window

    def _incoming(self) -> QWidget:
        windows = self._windows.incoming_windows()
        if not windows:
            raise Failed("there is no incoming window")
        return windows[0]

    def _box(self) -> QLineEdit:
        for box in self._windows.main.findChildren(QLineEdit):
            if box.isVisible() and box.accessibleName() == "Name or number":
                return box
        raise Failed("the box is not there")

    @staticmethod
    def _button(window: QWidget, name: str) -> QAbstractButton | None:
        visible = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()]
        exact = [b for b in visible if name in (b.accessibleName(), b.text())]
        starting = [b for b in visible if b.accessibleName().startswith(name) or b.text().startswith(name)]
        return next(iter(exact or starting), None)
