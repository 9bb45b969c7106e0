"""Every widget of the kit on one page, to look at: `python -m softphone.ui.widgets.gallery [light|dark] [FILE.png]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.banner import Banner, BannerKind
from softphone.ui.widgets.button import Button, IconButton, Kind
from softphone.ui.widgets.check_box import CheckBox
from softphone.ui.widgets.chip import FilterChip, StatusChip, StatusMark, Tag, TagTone
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.focus_ring import FocusRing
from softphone.ui.widgets.keypad import Keypad
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.level_meter import LevelMeter
from softphone.ui.widgets.painted_button import fill_round
from softphone.ui.widgets.presence import Presence
from softphone.ui.widgets.quality_bars import QualityBars
from softphone.ui.widgets.round_button import RoundCallButton
from softphone.ui.widgets.segmented import Segmented
from softphone.ui.widgets.select import Select
from softphone.ui.widgets.spinner import Spinner
from softphone.ui.widgets.state_ring import RingState, StateRing
from softphone.ui.widgets.switch import Switch
from softphone.ui.widgets.toast import Toast
from softphone.ui.widgets.wash import Wash, WashState


class _Card(QWidget):
    def __init__(self, title: str) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 18, 18, 18)
        self.column.setSpacing(12)
        self.column.addWidget(Label(title, "bodyStrong"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, QRectF(self.rect()), 12, theme().color("bg-surface"), theme().color("line-subtle"))

    def row(self, *widgets: QWidget, stretch: bool = True) -> None:
        line = QHBoxLayout()
        line.setSpacing(12)
        for widget in widgets:
            line.addWidget(widget)
        if stretch:
            line.addStretch(1)
        self.column.addLayout(line)


def _buttons() -> _Card:
    card = _Card("Buttons · 36 px, radius 8")
    grid = QGridLayout()
    grid.setSpacing(12)
    kinds: Sequence[tuple[str, Kind, str | None]] = (
        ("Primary", "primary", None),
        ("Call", "call", "phone"),
        ("Danger", "danger", None),
        ("Secondary", "secondary", None),
        ("Quiet", "quiet", None),
        ("Soft", "soft", "copy"),
        ("Soft danger", "soft-danger", "phone-disconnect"),
        ("Link", "link", "play"),
    )
    for row, (text, kind, icon) in enumerate(kinds):
        grid.addWidget(Label(text, "body", "text-secondary"), row, 0)
        for column, level in enumerate((0, 1, 2, 0)):
            button = Button(text, kind, icon)
            button._level.to(level, 0)
            button.setEnabled(column != 3)
            grid.addWidget(button, row, column + 1)
        busy = Button(text, kind)
        busy.set_busy(True)
        grid.addWidget(busy, row, 5)
    card.column.addLayout(grid)
    card.row(
        Button("Answer", "call", "phone", size="hero"),
        Button("Decline", "soft-danger", "phone-disconnect", size="hero"),
        Button("End call", "danger", "phone-disconnect", size="callBar"),
        IconButton("dots-three", "More"),
        IconButton("x", "Clear", box=28),
    )
    return card


def _fields() -> _Card:
    card = _Card("Fields · 36 px")
    error = Field("Error")
    error.set_text("10.20.0.300")
    error.set_error("Each part must be 0 to 255.")
    off = Field("Disabled", "Not available")
    off.edit.setEnabled(False)
    locked = Select("Locked", ["International"])
    locked.setEnabled(False)
    password = Field("Password", password=True)
    password.set_text("0123456789")
    card.row(Field("Normal", "Placeholder"), error, password, stretch=False)
    card.row(off, Select("Speaker", ["Built-in speakers", "Headset"]), locked, stretch=False)
    return card


def _choices() -> _Card:
    card = _Card("Choices")
    off = Switch("Disabled")
    off.setEnabled(False)
    disabled = CheckBox("Disabled")
    disabled.setEnabled(False)
    card.row(
        Switch("On", checked=True), Switch("Off"), off, CheckBox("Yes", checked=True), CheckBox("No"), disabled,
        Segmented(["24-hour", "12-hour"]),
    )  # fmt: skip
    return card


def _chips() -> _Card:
    card = _Card("Chips, tags")
    statuses: Sequence[tuple[str, StatusMark]] = (
        ("Available", "available"),
        ("On a call", "on_call"),
        ("Do not disturb", "dnd"),
        ("Forwarding to 101 +2", "forwarding"),
        ("Reconnecting", "reconnecting"),
        ("Offline", "offline"),
    )
    card.row(*(StatusChip(text, mark) for text, mark in statuses[:3]))
    card.row(*(StatusChip(text, mark) for text, mark in statuses[3:]))
    chosen = FilterChip("All")
    chosen.setChecked(True)
    tags: Sequence[tuple[str, TagTone]] = (
        ("Off", "muted"), ("This device", "accent"), ("Active", "success"),
        ("Being checked", "warn"), ("58 min left", "danger"),
    )  # fmt: skip
    card.row(chosen, FilterChip("Missed", 2), *(Tag(text, tone) for text, tone in tags))
    return card


def _people() -> _Card:
    card = _Card("Presence, avatar and state ring")
    presences: Sequence[Presence] = ("available", "on_call", "dnd", "forwarding", "offline")
    card.row(*(Avatar("Priya Nair", presence=presence, row_color="bg-surface") for presence in presences))
    states: Sequence[RingState] = ("ringing", "incoming", "talking", "hold", "ended", "failed")
    card.row(*(StateRing(state, avatar_size=56, name="Priya Nair") for state in states))
    card.row(*(StateRing(state, avatar_size=112, name="Priya Nair") for state in states[:4]))
    return card


def _meters() -> _Card:
    card = _Card("Quality, level, busy")
    meter = LevelMeter("Microphone level")
    meter._shown = meter._level = 0.9
    card.row(*(QualityBars(bars) for bars in (4, 3, 2, 1, 0)), meter, Spinner())
    return card


def _banners() -> _Card:
    card = _Card("Banners")
    banners: Sequence[tuple[BannerKind, str, str]] = (
        ("info", "Information", "One short sentence."),
        ("warning", "Warning", "What happens, what to do."),
        ("problem", "Problem", "What failed, what to do."),
    )
    for kind, title, text in banners:
        card.column.addWidget(Banner(kind, title, text, button="Try again" if kind == "problem" else ""))
    return card


def _stage() -> _Card:
    card = _Card("Round buttons")
    mute = RoundCallButton("microphone", "Mute", checkable=True)
    mute.set_level_shown(True)
    mute.set_level(0.7)
    muted = RoundCallButton("microphone-slash", "Muted", checkable=True)
    muted.setChecked(True)
    audio = RoundCallButton("headset", "Headset")
    audio.set_menu_mark(True)
    record = RoundCallButton("record", "Recording")
    record.set_tone("recording")
    off = RoundCallButton("pause", "Hold")
    off.setEnabled(False)
    card.row(mute, muted, audio, record, off)
    card.row(Keypad(58), Keypad(46))
    return card


def _washes() -> _Card:
    card = _Card("Washes")
    states: Sequence[WashState] = ("ring", "active", "hold", "fail", "ended")
    washes = []
    for state in states:
        wash = Wash(state, height=60)
        wash.setFixedSize(88, 60)
        washes.append(wash)
    card.row(*washes)
    return card


class Gallery(QWidget):
    """The page."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 24, 24, 24)
        grid.setSpacing(16)
        left, right = QVBoxLayout(), QVBoxLayout()
        for card in (_buttons(), _fields(), _choices(), _chips()):
            left.addWidget(card)
        for card in (_people(), _meters(), _banners(), _stage(), _washes()):
            right.addWidget(card)
        left.addStretch(1)
        right.addStretch(1)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        self._toast = Toast(self, "Sofia's voicemail deleted", icon="trash", action="Undo")
        self._ring = FocusRing(self)


def main(arguments: list[str]) -> int:
    app = QApplication(arguments[:1])
    if len(arguments) > 1:
        theme().set_mode("dark" if arguments[1] == "dark" else "light")
    theme().install(app)
    gallery = Gallery()
    gallery.show()
    gallery._toast.appear()
    if len(arguments) > 2:
        QTimer.singleShot(800, lambda: (gallery.grab().save(arguments[2]), app.quit()))
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
