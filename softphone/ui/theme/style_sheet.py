"""The one application style sheet, built from the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from softphone.ui.theme.theme import Theme


def css(colour: QColor) -> str:
    if colour.alpha() == 255:
        return colour.name()
    return f"rgba({colour.red()},{colour.green()},{colour.blue()},{colour.alpha()})"


def build_style_sheet(theme: Theme) -> str:
    """Rules for Qt's own widgets; widgets of the kit paint themselves."""

    def c(token: str) -> str:
        return css(theme.color(token))

    caption = theme.scaled(12)
    return f"""
* {{ outline: none; }}
QToolTip {{ background: {c("bg-inverse")}; color: {c("text-inverse")}; border: none; padding: 5px 8px;
  border-radius: {theme.radius("sm")}px; font-size: {caption}px; }}
QLineEdit {{ background: transparent; border: none; padding: 0; color: {c("text-primary")};
  placeholder-text-color: {c("text-tertiary")}; lineedit-password-character: 8226;
  selection-background-color: {c("accent-fill")}; selection-color: {c("accent-on")}; }}
QLineEdit:disabled {{ color: {c("text-disabled")}; placeholder-text-color: {c("text-disabled")}; }}
QScrollArea, QAbstractScrollArea > QWidget#qt_scrollarea_viewport {{ background: transparent; border: none; }}
QAbstractItemView {{ background: {c("bg-surface")}; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; border: none; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; border: none; }}
QScrollBar::handle {{ background: {c("scrollbar")}; border-radius: 2px; margin: 3px; }}
QScrollBar::handle:hover {{ background: {c("line-control")}; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QMenu {{ background: {c("bg-raised")}; border: 1px solid {c("line-subtle")}; border-radius: {theme.radius("lg")}px;
  padding: 6px; }}
QMenu::item {{ padding: 8px 12px; border-radius: {theme.radius("md")}px; color: {c("text-primary")}; }}
QMenu::item:selected {{ background: {c("bg-hover")}; }}
QMenu::item:disabled {{ color: {c("text-disabled")}; }}
QMenu::separator {{ height: 1px; background: {c("line-subtle")}; margin: 6px 4px; }}
QMenu::icon {{ padding-left: 10px; }}
"""
