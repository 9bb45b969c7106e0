"""Inter, bundled: each weight is read from its file the first time a font of it is asked for."""

from __future__ import annotations

import logging

from PySide6.QtGui import QFont, QFontDatabase

from softphone.resources import resource
from softphone.ui.theme.tokens import TypeStyle, tokens

_FILES = {400: "Inter-Regular.ttf", 500: "Inter-Medium.ttf", 600: "Inter-SemiBold.ttf"}
_loaded: set[int] = set()
_log = logging.getLogger(__name__)


def _load(weight: int) -> None:
    if weight in _loaded:
        return
    _loaded.add(weight)
    path = resource("fonts", "inter", _FILES[weight])
    if QFontDatabase.addApplicationFont(str(path)) < 0:
        _log.warning("font %s could not be loaded; the system's fonts are used", path.name)


def make_font(style: TypeStyle, *, scale: float = 1.0, weight: int | None = None, tabular: bool = False) -> QFont:
    """The font of one type style; `weight` replaces the style's own (400, 500 or 600)."""
    chosen = weight or style.weight
    _load(chosen)
    font = QFont()
    font.setFamilies([str(tokens().value("font.family")), *tokens().value("font.fallback")])
    font.setPixelSize(max(1, round(style.size * scale)))
    font.setWeight(QFont.Weight(chosen))
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, style.tracking * scale)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular or style.tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
