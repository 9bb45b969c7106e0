"""What the system says about contrast and motion."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def system_high_contrast() -> bool:
    """Whether the system asks for high contrast (known from Qt 6.10 on)."""
    hints = QGuiApplication.styleHints()  # held: its accessibility part dies with its wrapper
    if not hasattr(hints, "accessibility"):
        return False
    preference = hints.accessibility().contrastPreference()
    return bool(getattr(preference, "name", "") == "HighContrast")


def system_reduced_motion() -> bool:
    """Whether the system asks for less motion; False where it cannot say."""
    hints = QGuiApplication.styleHints()
    accessibility = hints.accessibility() if hasattr(hints, "accessibility") else None
    preference = getattr(accessibility, "motionPreference", None)
    if preference is not None:
        return bool(getattr(preference(), "name", "") == "ReducedMotion")
    if sys.platform == "win32":
        return _windows_reduced_motion()
    return _kde_without_animations()


def _kde_without_animations() -> bool:
    """KDE keeps its animation speed in a file; 0 is none."""
    path = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kdeglobals"
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return parser.getfloat("KDE", "AnimationDurationFactor", fallback=1.0) == 0
    except (OSError, ValueError, configparser.Error):
        return False


def _windows_reduced_motion() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    get_client_area_animation = 0x1042  # SPI_GETCLIENTAREAANIMATION
    on = ctypes.c_int(1)
    ctypes.windll.user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(on), 0)
    return not on.value
