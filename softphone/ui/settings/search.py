"""Search over every setting of every page: the field on top of the sidebar, and the results in place of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from softphone.ui import text_settings
from softphone.ui.settings.cards import Card, fill_in_card
from softphone.ui.settings.setting import Page, Setting
from softphone.ui.settings.strips import Mark
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import IconButton
from softphone.ui.widgets.field import FieldFrame
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.painted_button import PaintedButton, mirrored, start_rect, text_width


@dataclass(frozen=True)
class Found:
    page: Page
    setting: Setting


def folded(text: str) -> str:
    """Without case and accents, so that a search needs neither; one character each, so that places stay."""
    return "".join((unicodedata.normalize("NFD", one)[:1] or one).lower()[:1] or one for one in text)


def _starts_in(word: str, text: str) -> bool:
    """Some word of the text begins with it."""
    return text.startswith(word) or any(f"{before}{word}" in text for before in " -(\"'/")


def _no_choices(_setting: Setting) -> str:
    return ""


def find(
    pages: Iterable[Page], shown: Iterable[str], text: str, choices: Callable[[Setting], str] = _no_choices
) -> list[Found]:
    """Settings whose label, help, keywords, choices or page title have every word of `text`; those with it in the label
    first. `choices` tells what can be chosen in a setting.

    Words begin with what is typed; only where none does, it may stand anywhere.
    """
    names = set(shown)
    every = [
        (Found(page, setting), folded(setting.label), folded(
            f"{setting.label} {setting.help_text} {setting.keywords} {choices(setting)} {page.title}"
        ))
        for page in pages for setting in page.settings if setting.name in names
    ]  # fmt: skip
    words = folded(text).split()
    return _find(every, words, _starts_in) or _find(every, words, lambda word, inside: word in inside)


def _find(
    every: Iterable[tuple[Found, str, str]], words: list[str], fits: Callable[[str, str], bool]
) -> list[Found]:
    found: list[tuple[int, Found]] = []
    for one, label, inside in every if words else ():
        if all(fits(word, inside) for word in words):
            found.append((0 if label.startswith(words[0]) else 1 if fits(words[0], label) else 2, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


class SearchField(QWidget):
    """34 high with its mark; `changed` tells the text, `moved` an arrow, `entered` Enter."""

    changed = Signal(str)
    moved = Signal(int)
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.frame = FieldFrame(radius=10)
        self.edit = self.frame.edit
        self.edit.setPlaceholderText(text_settings.search_settings())
        self.edit.setAccessibleName(text_settings.search_settings())
        self.edit.setMaxLength(80)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._changed)
        self._hint = Label("Ctrl F", "micro", "text-tertiary")
        self.clear_button = IconButton("x", text_settings.clear_search(), box=26, icon_size=14)
        self.clear_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.clear_button.clicked.connect(lambda _=False: self.clear())
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.clear_button.hide()
        self.frame.layout().insertWidget(0, Mark("magnifying-glass", "text-secondary"))  # type: ignore[union-attr]
        self.frame.add_trailing(self._hint)
        self.frame.add_trailing(self.clear_button)
        self.frame.layout().setContentsMargins(10, 2, 8, 2)  # type: ignore[union-attr]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.frame)
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def clear(self) -> None:
        self.edit.clear()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self, text: str) -> None:
        self._hint.setVisible(not text)
        self.clear_button.setVisible(bool(text))
        self.changed.emit(text.strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.entered.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.edit.text():
                self.clear()
                return True
        return False


class _Result(PaintedButton):
    """One setting that was found: where the words are is marked."""

    focus_radius = 8

    def __init__(self, found: Found, words: list[str]) -> None:
        super().__init__()
        self.found = found
        self.chosen = False
        self._words = words
        self.setText(found.setting.label)
        self.setAccessibleName(
            text_settings.result_name(found.setting.label, found.setting.help_text, found.page.title)
        )
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(300, theme().size("row.setting"))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = t.color("bg-selected") if self.chosen else t.color("bg-surface")
        fill = ground if self.chosen else self.state_color(ground, t.color("bg-hover"), t.color("bg-pressed"))
        if self.chosen or self.underMouse() or self.isDown():
            painter.save()
            painter.setClipRect(self.rect().adjusted(0, 1, 0, 0))
            fill_in_card(painter, self, fill)
            painter.restore()
        icon = self.found.setting.icon or self.found.page.icon
        box = start_rect(self, QRect(16, (self.height() - 20) // 2, 20, 20))
        paint_icon(painter, QRectF(box), icon, "text-secondary")
        caret = start_rect(self, QRect(self.width() - 16 - 14, (self.height() - 14) // 2, 14, 14))
        paint_icon(painter, QRectF(caret), "caret-left" if mirrored(self) else "caret-right", "text-secondary", "bold")
        painter.setFont(t.font("caption"))
        painter.setPen(t.color("text-secondary"))
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        width = text_width(painter.font(), self.found.page.title)
        end = self.width() - 16 - 14 - 14 - width
        painter.drawText(start_rect(self, QRect(end, 0, width, self.height())), leading, self.found.page.title)
        self._paint_words(painter, end - 12)

    def _paint_words(self, painter: QPainter, end: int) -> None:
        t, setting = theme(), self.found.setting
        body, caption = t.line("body"), t.line("caption")
        top = (self.height() - body - (caption + 1 if setting.help_text else 0)) // 2
        self._paint_line(painter, QRect(52, top, end - 52, body), setting.label, "body", "text-primary", 500)
        if setting.help_text:
            place = QRect(52, top + body + 1, end - 52, caption)
            self._paint_line(painter, place, setting.help_text, "caption", "text-tertiary", 400)

    def _paint_line(
        self, painter: QPainter, place: QRect, text: str, type_name: str, token: str, weight: int
    ) -> None:  # fmt: skip
        """The line with what was searched for in accent-text."""
        t = theme()
        x, marks = 0, marked(text, self._words)
        leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        for part, hit in marks:
            painter.setFont(t.font(type_name, weight=600 if hit else weight))
            painter.setPen(t.color("accent-text" if hit else token))
            left = place.width() - x
            if left <= 8:
                return
            words = painter.fontMetrics().elidedText(part, Qt.TextElideMode.ElideRight, left)
            wide = painter.fontMetrics().horizontalAdvance(words)
            box = start_rect(self, QRect(place.x() + x, place.y(), min(left, wide + 2), place.height()))
            painter.drawText(box, leading, words)
            x += wide


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces, and whether each is one of the words: at the beginning of a word, if it is there at all."""
    low = folded(text)
    hits = [False] * len(text)
    for word in filter(None, words):
        places = [at for at in range(len(low)) if low.startswith(word, at)]
        begins = [at for at in places if at == 0 or not low[at - 1].isalnum()]
        for at in begins or places:
            hits[at : at + len(word)] = [True] * len(word)
    pieces: list[tuple[str, bool]] = []
    for one, hit in zip(text, hits, strict=True):
        if pieces and pieces[-1][1] is hit:
            pieces[-1] = (pieces[-1][0] + one, hit)
        else:
            pieces.append((one, hit))
    return pieces


class Results(QScrollArea):
    """What was found; `opened` tells page and setting."""

    opened = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.results: list[_Result] = []
        self._title = TextBlock("", "title1", "text-primary")
        self._count = TextBlock("", "body", "text-secondary")
        self._holder = QWidget()
        self._holder.setMaximumWidth(760 + 64)
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(32, 24, 32, 24)
        self._column.setSpacing(2)
        self._column.addWidget(self._title)
        self._column.addWidget(self._count)
        self._column.addSpacing(12)
        self._card = Card()
        self._column.addWidget(self._card)
        self._column.addStretch(1)
        canvas = QWidget()
        canvas.setAutoFillBackground(False)
        across = QHBoxLayout(canvas)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self._holder, 1000)
        across.addStretch(1)
        self.setWidget(canvas)
        self._bar = OverlayScrollBar(self)

    @property
    def count_text(self) -> str:
        return self._count.plain_text()

    def show_found(self, text: str, found: list[Found]) -> None:
        self._title.set_text(text_settings.results_for(text))
        self._count.set_text(text_settings.results_count(len(found)) if found else text_settings.no_result(text))
        self._column.removeWidget(self._card)
        self._card.hide()
        self._card.deleteLater()
        self._card = Card()
        self.results = []
        for number, one in enumerate(found):
            result = _Result(one, folded(text).split())
            result.chosen = number == 0
            result.clicked.connect(lambda _=False, it=one: self.opened.emit(it.page.name, it.setting.name))
            self._card.add_row(result)
            self.results.append(result)
        self._column.insertWidget(3, self._card)
        self._card.setVisible(bool(found))

    def step(self, by: int) -> None:
        """The mark goes to the next or the one before."""
        at = self._at()
        if at is None:
            return
        to = max(0, min(len(self.results) - 1, at + by))
        self.results[at].chosen, self.results[to].chosen = False, True
        self.results[at].update()
        self.results[to].chosen = True
        self.results[to].update()
        self.ensureWidgetVisible(self.results[to])

    def open_chosen(self) -> None:
        at = self._at()
        if at is not None:
            found = self.results[at].found
            self.opened.emit(found.page.name, found.setting.name)

    def chosen_name(self) -> str:
        at = self._at()
        return self.results[at].accessibleName() if at is not None else ""

    def _at(self) -> int | None:
        return next((number for number, result in enumerate(self.results) if result.chosen), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), theme().color("bg-window"))
