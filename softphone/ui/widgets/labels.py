"""Labels in the design's type: one line, elided, or several with the right line height."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from softphone.ui.theme.theme import theme
from softphone.ui.widgets.painted_button import text_width


class Label(QLabel):
    """One line of plain text in a type name and a text colour; as high as the type's line."""

    def __init__(
        self,
        text: str = "",
        type_name: str = "body",
        color: str = "text-primary",
        *,
        weight: int | None = None,
        tabular: bool = False,
        align: Qt.AlignmentFlag | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._type = type_name
        self._color = color
        self._weight = weight
        self._tabular = tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._align = align or Qt.AlignmentFlag.AlignLeading
        self.setText(text)
        self._dress()
        theme().changed.connect(self._dress)

    def set_color(self, token: str) -> None:
        self._color = token
        self._dress()

    def set_type(self, type_name: str, weight: int | None = None) -> None:
        self._type, self._weight = type_name, weight
        self._dress()

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """The horizontal part; one line stands in the middle of its height."""
        self._align = alignment & Qt.AlignmentFlag.AlignHorizontal_Mask
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._dress()

    def _side(self) -> Qt.AlignmentFlag:
        """QLabel aligns by the text's own direction; a page aligns by its direction, whoever's name it is."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if not rtl or self._align == Qt.AlignmentFlag.AlignHCenter:
            return self._align
        ends = {
            Qt.AlignmentFlag.AlignLeft: Qt.AlignmentFlag.AlignRight,
            Qt.AlignmentFlag.AlignRight: Qt.AlignmentFlag.AlignLeft,
        }
        return ends[self._align] | Qt.AlignmentFlag.AlignAbsolute if self._align in ends else self._align

    def _dress(self) -> None:
        super().setAlignment(self._side() | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(theme().font(self._type, weight=self._weight, tabular=self._tabular))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, theme().color(self._color))
        self.setPalette(palette)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(theme().line(self._type))


class TextBlock(Label):
    """Several lines that wrap, with the type's line height; plain text in, no markup."""

    def __init__(
        self,
        text: str = "",
        type_name: str = "body",
        color: str = "text-secondary",
        *,
        weight: int | None = None,
        align: Qt.AlignmentFlag | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._plain = text
        super().__init__("", type_name, color, weight=weight, align=align, parent=parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        self._plain = text
        self.setAccessibleName(text)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        centre = self._align == Qt.AlignmentFlag.AlignHCenter
        side = "center" if centre else "right" if rtl else "left"
        body = escape(text).replace("\n", "<br>")
        self.setText(f'<p align="{side}" style="margin:0; line-height:{theme().line(self._type)}px">{body}</p>')

    def minimumSizeHint(self) -> QSize:
        # Its height follows from its width; QLabel's own guess would make pages scroll for nothing.
        return QSize(min(60, super().minimumSizeHint().width()), theme().line(self._type))

    def plain_text(self) -> str:
        return self._plain

    def _fit(self) -> None:
        self.set_text(self._plain)


class ElidedLabel(Label):
    """One line that gives way: elided at the end, with the whole text in its tooltip while it is cut."""

    def __init__(
        self,
        text: str = "",
        type_name: str = "body",
        color: str = "text-primary",
        *,
        weight: int | None = None,
        tabular: bool = False,
        align: Qt.AlignmentFlag | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        self._mode = mode
        super().__init__(text, type_name, color, weight=weight, tabular=tabular, align=align, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(text_width(self.font(), "…"), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(text_width(self.font(), self.text()) + 1, theme().line(self._type))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tip()

    def is_cut(self) -> bool:
        return QFontMetricsF(self.font()).horizontalAdvance(self.text()) > self.width()

    def _tip(self) -> None:
        self.setToolTip(self.text() if self.is_cut() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = painter.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), self.alignment(), text)
