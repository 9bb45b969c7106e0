"""The three themes as small pictures of the window; one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from softphone.extension.document import Json
from softphone.ui.settings.editor import Editor
from softphone.ui.theme.theme import theme
from softphone.ui.theme.tokens import Scheme, tokens
from softphone.ui.widgets.painted_button import PaintedButton, fill_round, mirrored, start_rect

_PICTURE = 84
_RADIO = 18


def _colour(scheme: Scheme, token: str) -> QColor:
    return QColor(*tokens().rgba(scheme, token))


def paint_picture(painter: QPainter, box: QRectF, scheme: Scheme, *, half: bool = False) -> None:
    """A box and two rows, as the window has them; `half` leaves out what does not fit."""
    painter.fillRect(box, _colour(scheme, "bg-window"))
    inside = box.adjusted(10, 10, -10, 0)
    field = QRectF(inside.left(), inside.top(), inside.width(), 12)
    fill_round(painter, field, 3, _colour(scheme, "bg-surface"), _colour(scheme, "line-default"))
    for index, (avatar, part) in enumerate((("avatar-1", 0.5), ("avatar-2", 0.36))):
        y = field.bottom() + 7 + index * 20
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_colour(scheme, f"{avatar}-bg"))
        painter.drawEllipse(QRectF(inside.left(), y, 13, 13))
        width = inside.width() * part * (0.8 if half else 1.0)
        fill_round(painter, QRectF(inside.left() + 19, y + 4, width, 5), 2.5, _colour(scheme, "text-disabled"))


class ThemeTile(PaintedButton):
    """One theme; `schemes` are those its picture shows, side by side."""

    focus_radius = 12

    def __init__(self, text: str, schemes: Sequence[Scheme], parent: QWidget) -> None:
        super().__init__(parent)
        self._schemes = tuple(schemes)
        self.setText(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def nextCheckState(self) -> None:
        """The editor says which one is chosen."""

    def sizeHint(self) -> QSize:
        return QSize(180, 12 + _PICTURE + 12 + max(_RADIO, theme().line("body")) + 12)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        rest = t.color("bg-selected" if chosen else "bg-surface")
        fill = self.state_color(rest, rest if chosen else t.color("bg-hover"), t.color("bg-pressed"))
        fill_round(painter, QRectF(self.rect()), 12, fill, t.color("line-default"))
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(t.color("accent-fill"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        self._paint_picture(painter)
        self._paint_words(painter)

    def _paint_picture(self, painter: QPainter) -> None:
        frame = QRectF(12, 12, self.width() - 24, _PICTURE)
        path = QPainterPath()
        path.addRoundedRect(frame, 8, 8)
        painter.save()
        painter.setClipPath(path)
        count = len(self._schemes)
        order = tuple(reversed(self._schemes)) if mirrored(self) else self._schemes
        for index, scheme in enumerate(order):
            width = frame.width() / count
            paint_picture(painter, QRectF(frame.left() + index * width, frame.top(), width, frame.height()),
                          scheme, half=count > 1)  # fmt: skip
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("line-default"), 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 7.5, 7.5)

    def _paint_words(self, painter: QPainter) -> None:
        t = theme()
        line = QRect(12, 12 + _PICTURE + 12, self.width() - 24, max(_RADIO, t.line("body")))
        radio = QRectF(start_rect(self, QRect(12, line.top() + (line.height() - _RADIO) // 2, _RADIO, _RADIO)))
        painter.setBrush(t.color("accent-fill") if self.isChecked() else t.color("bg-surface"))
        edge = t.color("accent-fill" if self.isChecked() else "line-control")
        painter.setPen(QPen(edge, 1))
        painter.drawEllipse(radio.adjusted(0.5, 0.5, -0.5, -0.5))
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent-on"))
            painter.drawEllipse(radio.adjusted(5, 5, -5, -5))
        painter.setPen(t.color("text-primary"))
        painter.setFont(t.font("body", weight=500))
        words = start_rect(self, QRect(12 + _RADIO + 8, line.top(), line.width() - _RADIO - 8, line.height()))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, words.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter.drawText(words, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)


class ThemeTiles(Editor):
    """One stop for Tab; arrows move the choice."""

    def __init__(self, themes: Sequence[tuple[str, str, Sequence[Scheme]]]) -> None:
        """`themes`: value, words, and the schemes of its picture."""
        super().__init__()
        self.tiles: dict[str, ThemeTile] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for value, text, schemes in themes:
            tile = ThemeTile(text, schemes, self)
            tile.clicked.connect(lambda _=False, v=value: self.chosen.emit(v))
            tile.installEventFilter(self)
            self.tiles[value] = tile
            row.addWidget(tile, 1)

    def controls(self) -> list[QWidget]:
        return list(self.tiles.values())

    def set_name(self, name: str, description: str) -> None:
        for tile in self.tiles.values():
            tile.setAccessibleName(f"{name}, {tile.text()}")

    def show_value(self, value: Json) -> None:
        for name, tile in self.tiles.items():
            tile.setChecked(name == value)
            policy = Qt.FocusPolicy.StrongFocus if name == value else Qt.FocusPolicy.ClickFocus
            tile.setFocusPolicy(policy)

    def eventFilter(self, watched: object, event: object) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QKeyEvent.Type.KeyPress:
            return False
        ahead, back = Qt.Key.Key_Right, Qt.Key.Key_Left
        if mirrored(self):
            ahead, back = back, ahead
        steps = {ahead: 1, Qt.Key.Key_Down: 1, back: -1, Qt.Key.Key_Up: -1}
        if event.key() not in steps:
            return False
        names, tiles = list(self.tiles), list(self.tiles.values())
        at = (tiles.index(watched) + steps[Qt.Key(event.key())]) % len(tiles)  # type: ignore[arg-type]
        self.chosen.emit(names[at])
        tiles[at].setFocus(Qt.FocusReason.TabFocusReason)
        return True
