"""Calls just missed: for eight seconds where incoming calls appear, with a way to call back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from softphone.phone.history import HistoryEntry
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_actions, text_application, text_incoming
from softphone.ui import text_call as words
from softphone.ui.incoming.incoming_card import WIDTH
from softphone.ui.incoming.incoming_window import FLAGS
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.avatar import Avatar
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import ElidedLabel
from softphone.ui.widgets.painted_button import start_rect
from softphone.ui.widgets.shadow import ShadowFrame

HOLD_MS = 8000
_EDGE = 16


class _CallBack(Button):
    """A secondary button whose handset is green: it starts a call."""

    def _paint_content(self, painter: QPainter, ink: QColor) -> None:
        if not self._icon or not self.isEnabled():
            super()._paint_content(painter, ink)
            return
        painter.setFont(theme().font("bodyStrong"))
        width = painter.fontMetrics().horizontalAdvance(self.text())
        left = (self.width() - width - 24) // 2
        icon, text = QRect(left, (self.height() - 16) // 2, 16, 16), QRect(left + 24, 0, width + 1, self.height())
        paint_icon(painter, QRectF(start_rect(self, icon)), self._icon, "success-text", "fill")
        painter.setPen(ink)
        painter.drawText(start_rect(self, text), Qt.AlignmentFlag.AlignVCenter, self.text())


class MissedNotice(ShadowFrame):
    """One at a time: further calls missed while it is shown are counted in it. Never takes the focus."""

    def __init__(
        self,
        phone: Phone,
        *,
        call_back: Callable[[HistoryEntry], object],
        show_missed: Callable[[], object],
        near: Callable[[], QWidget | None],
        below: Callable[[], int] = lambda: 0,
        wanted: Callable[[], bool] = lambda: True,
        with_names: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(None, radius=16, elevation="e3")
        self._phone = phone
        self._call_back = call_back
        self._show_missed = show_missed
        self._near = near
        self._below = below  # pixels taken by calls that ring in the same place
        self._wanted = wanted
        self._with_names = with_names
        self._missed: list[HistoryEntry] = []
        self._built = False
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(HOLD_MS)
        self._hold.timeout.connect(self._time_up)
        phone.on(Topic.MISSED, self._call_missed)

    def _build(self) -> None:
        self._built = True
        self.setWindowFlags(FLAGS | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._avatar = Avatar("", 40, row_color="bg-raised")
        self.title = ElidedLabel("", "bodyLarge", "danger-text")
        self.line = ElidedLabel("", "body", tabular=True)
        self.button = _CallBack(text_incoming.call_back(), "secondary", "phone")
        self.button.set_icon("phone", size=16, weight="fill")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(lambda _=False: self._act())
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 13, 14, 13)
        row.setSpacing(12)
        row.addWidget(self._avatar)
        row.addLayout(texts, 1)
        row.addWidget(self.button)

    def _call_missed(self, payload: object) -> None:
        if isinstance(payload, HistoryEntry) and self._wanted():
            self.show_entry(payload)

    def show_entry(self, entry: HistoryEntry) -> None:
        self._missed.append(entry)
        self._show_now()

    def _show_now(self) -> None:
        if not self._built:
            self._build()
        who = words.caller(self._phone, self._missed[-1].remote)
        count = len(self._missed)
        named = self._with_names()
        self.title.setText(words.missed_title(count))
        if named:
            self.line.setText(words.missed_line(who))
            self._avatar.set_person(who.name, who.key or None, who.icon)
        else:
            self.line.setText(text_application.somebody_called())
            self._avatar.set_person("", "unknown", "user")
        returnable = named and count == 1 and bool(who.number)
        self.button.setText(text_incoming.call_back() if returnable else text_incoming.show())
        self.button.set_icon("phone" if returnable else None, size=16, weight="fill")
        self.button.setAccessibleName(
            text_incoming.call_back_who(who.spoken) if returnable else text_incoming.show_missed()
        )
        self.button.setEnabled(not returnable or self._phone.can_call)
        self.button.setToolTip(text_actions.offline() if not self.button.isEnabled() else "")
        self.setAccessibleName(f"{self.title.text()}, {who.spoken if named else self.line.text()}")
        margins = self.contentsMargins()
        high = theme().scaled(66)
        self.setFixedSize(WIDTH + margins.left() + margins.right(), high + margins.top() + margins.bottom())
        main = self._near()
        area = (main.screen() if main is not None else QGuiApplication.primaryScreen()).availableGeometry()
        self.move_box(QPoint(area.right() + 1 - _EDGE - WIDTH, area.top() + _EDGE + self._below()))
        self.show()
        self.raise_()
        self._hold.start()

    def dismiss(self) -> None:
        self._hold.stop()
        self._missed.clear()
        self.hide()

    def _act(self) -> None:
        entry, several = self._missed[-1], len(self._missed) > 1
        returnable = not several and not entry.remote.hidden and self._with_names()
        self.dismiss()
        if returnable:
            self._call_back(entry)
        else:
            self._show_missed()

    def _time_up(self) -> None:
        if self.underMouse():
            self._hold.start()
        else:
            self.dismiss()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        inside = self.box().contains(event.position().toPoint())
        if inside and event.button() == Qt.MouseButton.LeftButton:
            self.dismiss()
            self._show_missed()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hold.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self._hold.start()
        super().leaveEvent(event)

    def paint_box(self, painter: QPainter, box: QRect) -> None:
        painter.fillRect(box, theme().color("bg-raised"))
