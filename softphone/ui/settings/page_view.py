"""A page of the settings window, drawn from its declaration."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from softphone.phone.settings_change import SettingState
from softphone.ui import text_settings
from softphone.ui.settings.cards import Card
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.row import SettingRow
from softphone.ui.settings.sentences import ExplainBox, FootLine, Sentence
from softphone.ui.settings.setting import Block, Explain, Footnote, Notice, Page, Part, Rows
from softphone.ui.settings.state_mark import Mark, StateMark
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.banner import Banner
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.labels import Label
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar

WIDEST = 760


class PageView(QScrollArea):
    """`refresh` when anything changed; only the page on the screen is asked to."""

    back = Signal()

    def __init__(self, context: SettingsContext, page: Page) -> None:
        super().__init__()
        self.context, self.page = context, page
        self.rows: dict[str, SettingRow] = {}
        self._live: list[tuple[Part, QWidget]] = []
        self._cards: list[tuple[Rows, QWidget, Label, Card, QWidget]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(page.title)
        self.setWidget(self._canvas())
        self.scroll_bar = OverlayScrollBar(self)

    # --- layout ---------------------------------------------------------------------------------------------------

    def _canvas(self) -> QWidget:
        canvas = QWidget()
        canvas.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._column.addLayout(self._head())
        for part in self.page.parts:
            self._add(part)
        self._column.addStretch(1)
        holder = QWidget()
        holder.setMaximumWidth(WIDEST + 64)
        holder.setLayout(self._column)
        across = QHBoxLayout(canvas)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(holder, 1000)
        across.addStretch(1)
        return canvas

    def _head(self) -> QVBoxLayout:
        self.mark = StateMark()
        self.back_button = IconButton("caret-left", text_settings.back(), shortcut="Esc")
        self.back_button.clicked.connect(lambda _=False: self.back.emit())
        self.back_button.hide()
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.back_button)
        self.title = Label(self.page.title, "title1")
        top.addWidget(self.title, 1)
        top.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addLayout(top)
        self.about = Sentence("", "body", "text-secondary")
        head.addWidget(self.about)
        head.addSpacing(14)
        return head

    def _add(self, part: Part) -> None:
        if isinstance(part, Rows):
            self._add_rows(part)
            return
        if isinstance(part, Block) and part.heading:
            self._column.addWidget(self._heading_row(Label(part.heading, "bodyStrong"), None))
        if isinstance(part, Explain):
            widget: QWidget = ExplainBox(part.icon, part.kind)
        elif isinstance(part, Footnote):
            line = FootLine(part.icon, part.link)
            line.followed.connect(lambda to=part.to: self.context.go(*to))
            widget = line
        elif isinstance(part, Notice):
            widget = Banner(part.kind)
        else:
            widget = part.make(self.context)
        self._live.append((part, widget))
        slot = _Slot(widget)
        self._column.addWidget(slot)

    def _add_rows(self, part: Rows) -> None:
        card = Card()
        trailing = Label("", "caption", "text-tertiary")
        heading = self._heading_row(Label(part.heading, "bodyStrong"), trailing)
        heading.setVisible(bool(part.heading))
        self._column.addWidget(heading)
        slot = _Slot(card)
        self._column.addWidget(slot)
        self._cards.append((part, heading, trailing, card, slot))

    def _make_rows(self, part: Rows, card: Card) -> None:
        """A row is made when it is first to be shown: some settings never are."""
        at = 0
        for setting in part.settings:
            if setting.name not in self.rows and self.context.is_shown(setting):
                self.rows[setting.name] = SettingRow(self.context, setting)
                card.add_row(self.rows[setting.name], at)
            at += setting.name in self.rows

    def _heading_row(self, label: Label, trailing: Label | None) -> QWidget:
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(2, 4, 2, 8)
        row.addWidget(label, 1)
        if trailing is not None:
            row.addWidget(trailing)
        return heading

    # --- what is shown --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Everything on the page, as it is now."""
        context, page = self.context, self.page
        about = page.about_plain if context.plain and page.about_plain else page.about
        self.about.show_text(about)
        self.about.setVisible(bool(about))
        for rows, heading, trailing, card, slot in self._cards:
            self._make_rows(rows, card)
            for row in card.rows:
                row.refresh()  # type: ignore[attr-defined]
            shown = bool(card.shown_rows())
            slot.setVisible(shown)
            heading.setVisible(shown and bool(rows.heading))
            words = rows.trailing(context) if rows.trailing is not None else ""
            if trailing.text() != words:
                trailing.setText(words)
        for part, widget in self._live:
            self._refresh_part(part, widget)
        self._sum_up()

    def _refresh_part(self, part: Part, widget: QWidget) -> None:
        slot = widget.parentWidget()
        if isinstance(part, Explain | Footnote) and isinstance(widget, ExplainBox | FootLine):
            widget.show_text(part.words(self.context))
        elif isinstance(part, Notice) and isinstance(widget, Banner):
            words = part.words(self.context)
            if words is not None:
                widget.set_content(part.kind, *words)
            widget.setVisible(words is not None)
        else:
            refresh = getattr(widget, "refresh", None)
            if refresh is not None:
                refresh()
        if slot is not None:
            slot.setVisible(not widget.isHidden())

    def _sum_up(self) -> None:
        """The page's state is the worst of its rows'; a row's own "Saved" shows here as well."""
        states = [self.context.state(row.setting) for row in self.rows.values() if not row.isHidden()]
        self.mark.set_mark(page_mark(states, (row.mark.mark for row in self.rows.values()), self.mark.mark))

    # --- going about ----------------------------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        """Alone in the window: with Back."""
        self.back_button.setVisible(narrow)

    def show_setting(self, name: str) -> None:
        """Scroll to a setting's row, and mark it."""
        row = self.rows.get(name)
        if row is None:
            return
        # The layout of a page that has just been shown comes first.
        QTimer.singleShot(0, self, lambda: self._reveal(row))

    def _reveal(self, row: SettingRow) -> None:
        self.ensureWidgetVisible(row, 0, 60)
        row.flash()
        row.focus_control()

    def focus_first(self) -> None:
        rows = (self.rows[setting.name] for setting in self.page.settings if setting.name in self.rows)
        for row in rows:
            if not row.isHidden() and row.editor.controls():
                row.focus_control()
                if row.isAncestorOf(self.focusWidget() or self):
                    return

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = 16 if self.width() < 460 else 32
        self._column.setContentsMargins(side, 16 if side == 16 else 24, side, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), theme().color("bg-window"))


class _Slot(QWidget):
    """A part with the gap below it, so that both go together."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 14)
        box.addWidget(widget)


def page_mark(states: list[SettingState], marks: Iterable[Mark], before: Mark) -> Mark:
    """What the page says of all its rows together."""
    if any(state in (SettingState.REFUSED, SettingState.CONFLICT) for state in states):
        return "refused"
    if SettingState.WAITING in states:
        return "waiting"
    if SettingState.PENDING in states:
        return "saving"
    if "saved" in marks or before == "saved":
        return "saved"
    return ""
