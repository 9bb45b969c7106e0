"""Usage limit: what is left this month."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.extension.settings import UsageLimit
from softphone.ui import text_limits as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.setting import CustomKind, Footnote, Notice, Page, Rows, Setting
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.painted_button import fill_round, mirrored

NEARLY = 0.85


def page() -> Page:
    return Page(
        "usage_limit", words.usage_limit(), "hourglass", "phone", words.usage_about(),
        parts=(
            Notice(_notice),
            Rows((
                Setting("usage_limit", words.usage_limit(), CustomKind(lambda *_: UsageView(), bare=True),
                        "/usage_limit", words.usage_help(), keywords=words.usage_keywords(), read=_read),
            )),
            Footnote(_who_sets, "lock-simple"),
        ),
    )  # fmt: skip


def _usage(context: SettingsContext) -> UsageLimit | None:
    return context.document.usage_limit if context.document is not None else None


def _read(context: SettingsContext) -> Json:
    return context.settings.value("/usage_limit")


def _who_sets(context: SettingsContext) -> str:
    usage = _usage(context)
    return words.administrator_sets() if usage is not None and usage.kind != "unlimited" else ""


def _notice(context: SettingsContext) -> tuple[str, str] | None:
    usage = _usage(context)
    return usage_notice(usage) if usage is not None else None


def usage_notice(usage: UsageLimit) -> tuple[str, str] | None:
    """Title and sentence once most of it is used."""
    if usage.kind == "unlimited" or usage.limit is None or used_part(usage) < NEARLY:
        return None
    if usage.used >= usage.limit:
        return words.used_up(amount(usage, usage.limit), _resets(usage))
    return words.nearly_used(amount(usage, usage.limit - usage.used))


def amount(usage: UsageLimit, value: float) -> str:
    return words.money(value, usage.currency or "") if usage.kind == "amount" else words.minutes(value)


def used_part(usage: UsageLimit) -> float:
    if usage.limit is None:
        return 0.0
    return min(1.0, usage.used / usage.limit) if usage.limit > 0 else 1.0


def _resets(usage: UsageLimit) -> date | None:
    try:
        return date.fromisoformat(usage.resets_on) if usage.resets_on else None
    except ValueError:
        return None


class UsageView(Editor):
    """The ring with what is used, and the words beside it; nothing here can be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = UsageRing()
        self.first = Label("", "title2")
        self.second = Label("", "body", "text-secondary", tabular=True)
        self.third = Label("", "caption", "text-tertiary")
        lines = QVBoxLayout()
        lines.setSpacing(4)
        lines.addStretch(1)
        for label in (self.first, self.second, self.third):
            lines.addWidget(label)
        lines.addStretch(1)
        box = QHBoxLayout(self)
        box.setContentsMargins(22, 16, 22, 16)
        box.setSpacing(24)
        box.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addLayout(lines, 1)

    def show_value(self, value: Json) -> None:
        usage = _from_json(value)
        used = amount(usage, usage.used)
        if usage.kind == "unlimited" or usage.limit is None:
            self.ring.set_part(None)
            lines = (words.unlimited(), words.this_month(words.minutes(usage.used)), "")
        else:
            self.ring.set_part(used_part(usage))
            resets = _resets(usage)
            lines = (
                words.left(amount(usage, usage.limit - usage.used)), words.used_of(used, amount(usage, usage.limit)),
                words.starts_again(resets) if resets is not None else "",
            )  # fmt: skip
        for label, text in zip((self.first, self.second, self.third), lines, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(". ".join(text for text in lines if text))

    def set_usable(self, usable: bool, reason: str) -> None:
        """It is never changed here."""


def _from_json(value: Json) -> UsageLimit:
    told = value if isinstance(value, dict) else {}
    known = {name: told[name] for name in ("kind", "limit", "used", "resets_on", "currency") if name in told}
    return UsageLimit(**known)


class UsageRing(QWidget):
    """9 wide, the number in the middle; above 85 % in amber. Without a limit a green disc."""

    _SIDE, _DISC, _PEN = 72, 44, 9

    def __init__(self) -> None:
        super().__init__()
        self._part: float | None = 0.0
        theme().changed.connect(self.update)

    def set_part(self, part: float | None) -> None:
        self._part = part
        side = self._SIDE if part is not None else self._DISC
        self.setFixedSize(side, side)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._part is None:
            fill_round(painter, QRectF(self.rect()), self._DISC / 2, t.color("success-soft"))
            box = QRectF(0, 0, 24, 24)
            box.moveCenter(QRectF(self.rect()).center())
            paint_icon(painter, box, "infinity", "success-text", "bold")
            return
        half = self._PEN / 2
        box = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.setPen(QPen(t.color("bg-muted" if t.dark else "line-subtle"), self._PEN))
        painter.drawEllipse(box)
        pen = QPen(t.color("accent-fill" if self._part < NEARLY else "warn-graphic"), self._PEN)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        turn = -1 if not mirrored(self) else 1
        if self._part > 0:
            painter.drawArc(box, 90 * 16, turn * round(360 * 16 * self._part))
        painter.setPen(t.color("text-primary"))
        painter.setFont(t.font("bodyStrong", tabular=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words.percent(self._part))
