"""The application's theme: colours, fonts, sizes and motion, following the system live."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from softphone.ui.theme.fonts import make_font
from softphone.ui.theme.style_sheet import build_style_sheet
from softphone.ui.theme.system_look import system_high_contrast, system_is_dark, system_reduced_motion
from softphone.ui.theme.tokens import Scheme, tokens

Mode = Literal["system", "light", "dark"]
_SCALED = ("control.", "row.")


class Theme(QObject):
    """Ask it at paint time: a change of scheme, text size or motion is told by `changed`."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tokens = tokens()
        self._mode: Mode = "system"
        self._reduced_motion: bool | None = None
        self._text_scale = 1.0
        self._app: QApplication | None = None
        self._scheme: Scheme = "light"
        self._high_contrast = False
        self._system_reduced_motion = False
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int | None, bool], QFont] = {}

    # What painters ask
    def color(self, token: str) -> QColor:
        found = self._colors.get(token)
        if found is None:
            found = QColor(*self._tokens.rgba(self._scheme, token, high_contrast=self._high_contrast))
            self._colors[token] = found
        return QColor(found)

    def font(self, name: str, *, weight: int | None = None, tabular: bool = False) -> QFont:
        """The font of a type name (`body`, `title1`, `timer`); `tabular` for numbers that change or align."""
        key = (name, weight, tabular)
        found = self._fonts.get(key)
        if found is None:
            style = self._tokens.types[name]
            found = make_font(style, scale=self._text_scale, weight=weight, tabular=tabular)
            self._fonts[key] = found
        return QFont(found)

    def line(self, name: str) -> int:
        """Line height of a type name, in pixels at the person's text size."""
        return round(self._tokens.types[name].line * self._text_scale)

    def size(self, path: str) -> int:
        """A size by its path below `size`, e.g. `control.default`; controls and rows grow with the text."""
        value = self._tokens.number(f"size.{path}")
        return self.scaled(value) if path.startswith(_SCALED) else value

    def scaled(self, pixels: float) -> int:
        """Pixels that grow with the text: heights of controls and rows that have no token."""
        return round(pixels * self._text_scale)

    def space(self, step: int) -> int:
        return self._tokens.number(f"space.{step}")

    def radius(self, name: str) -> int:
        return self._tokens.number(f"radius.{name}")

    def motion(self, name: str) -> int:
        """Milliseconds of a motion; 0 with reduced motion, except for times that hold something in view."""
        value = self._tokens.number(f"motion.{name}")
        return 0 if self.reduced_motion and not name.endswith("Hold") else value

    def elevation(self, name: str) -> tuple[int, int, QColor]:
        """Offset, blur and colour of the shadow `e1`, `e2` or `e3`."""
        row = self._tokens.value(f"elevation.{name}")
        red, green, blue, alpha = (int(row[self._scheme][i : i + 2], 16) for i in (1, 3, 5, 7))
        return int(row["y"]), int(row["blur"]), QColor(red, green, blue, alpha)

    @property
    def dark(self) -> bool:
        return self._scheme == "dark"

    @property
    def high_contrast(self) -> bool:
        return self._high_contrast

    @property
    def reduced_motion(self) -> bool:
        return self._system_reduced_motion if self._reduced_motion is None else self._reduced_motion

    @property
    def chosen_motion(self) -> bool | None:
        """Reduced or not by choice; None follows the system."""
        return self._reduced_motion

    @property
    def text_scale(self) -> float:
        return self._text_scale

    @property
    def mode(self) -> Mode:
        return self._mode

    # What settings change
    def set_mode(self, mode: Mode) -> None:
        if mode not in ("system", "light", "dark"):
            raise ValueError(mode)
        self._mode = mode
        hints = QGuiApplication.styleHints()
        if mode == "system":
            hints.unsetColorScheme()
        else:
            # Native title bars and menus follow the choice too.
            hints.setColorScheme(Qt.ColorScheme.Dark if mode == "dark" else Qt.ColorScheme.Light)
        self._follow()

    def set_text_scale(self, scale: float) -> None:
        """0.9, 1.0, 1.15 or 1.3."""
        if not 0.5 <= scale <= 2.0:
            raise ValueError(scale)
        if scale != self._text_scale:
            self._text_scale = scale
            self._apply()

    def set_reduced_motion(self, reduced: bool | None) -> None:
        """None follows the system."""
        self._reduced_motion = reduced
        self.changed.emit()

    def install(self, app: QApplication) -> None:
        """Style the application, and from now on follow the system's scheme, contrast and motion."""
        self._app = app
        fusion = QStyleFactory.create("Fusion")
        if fusion is not None:
            app.setStyle(fusion)
        app.setEffectEnabled(Qt.UIEffect.UI_AnimateTooltip, False)
        self._read_system()
        self._apply()
        # Kept: what hangs on it is dead once its wrapper is collected.
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(lambda _scheme: self._follow())
        accessibility = getattr(self._hints, "accessibility", None)
        if accessibility is not None:
            accessibility().contrastPreferenceChanged.connect(lambda _preference: self._follow())

    def _read_system(self) -> None:
        self._system_reduced_motion = system_reduced_motion()
        self._high_contrast = system_high_contrast()
        if self._mode == "system":
            self._scheme = "dark" if system_is_dark() else "light"
        else:
            self._scheme = self._mode

    def _follow(self) -> None:
        before = (self._scheme, self._high_contrast)
        self._read_system()
        if before != (self._scheme, self._high_contrast):
            self._apply()

    def _apply(self) -> None:
        self._colors.clear()
        self._fonts.clear()
        if self._app is not None:
            self._app.setFont(self.font("body"))
            self._app.setPalette(self._palette())
            self._app.setStyleSheet(build_style_sheet(self))
        self.changed.emit()

    def _palette(self) -> QPalette:
        roles = QPalette.ColorRole
        palette = QPalette()
        for role, token in (
            (roles.Window, "bg-window"),
            (roles.WindowText, "text-primary"),
            (roles.Base, "bg-surface"),
            (roles.AlternateBase, "bg-muted"),
            (roles.Text, "text-primary"),
            (roles.PlaceholderText, "text-tertiary"),
            (roles.Button, "bg-control"),
            (roles.ButtonText, "text-primary"),
            (roles.BrightText, "danger-text"),
            (roles.Highlight, "accent-fill"),
            (roles.HighlightedText, "accent-on"),
            (roles.Link, "accent-text"),
            (roles.LinkVisited, "accent-text"),
            (roles.ToolTipBase, "bg-inverse"),
            (roles.ToolTipText, "text-inverse"),
            (roles.Accent, "accent-fill"),
            (roles.Light, "bg-surface"),
            (roles.Midlight, "line-subtle"),
            (roles.Mid, "line-default"),
            (roles.Dark, "line-control"),
            (roles.Shadow, "text-primary"),
        ):
            palette.setColor(role, self.color(token))
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text-disabled"))
        return palette


_theme: Theme | None = None


def theme() -> Theme:
    """The application's one theme; made at the first call, styled by `install`."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme
