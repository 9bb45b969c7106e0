"""What the system says about contrast and motion."""

from __future__ import annotations

import os
import sys

from PySide6.QtGui import QGuiApplication


def system_high_contrast() -> bool:
    """Whether the system asks for high contrast (known from Qt 6.10 on)."""
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)
    if hints is None:
        return False
    preference = hints().contrastPreference()
    return bool(getattr(preference, "name", "") == "HighContrast")


def system_reduced_motion() -> bool:
    """Whether the system asks for less motion; False where it cannot say."""
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)
    preference = getattr(hints(), "motionPreference", None) if hints is not None else None
    if preference is not None:
        return bool(getattr(preference(), "name", "") == "ReducedMotion")
    if sys.platform == "win32":
        return _windows_reduced_motion()
    return os.environ.get("GTK_ENABLE_ANIMATIONS") == "0"


def _windows_reduced_motion() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    get_client_area_animation = 0x1042  # SPI_GETCLIENTAREAANIMATION
    on = ctypes.c_int(1)
    ctypes.windll.user32.SystemParametersInfoW(get_client_area_animation, 0, ctypes.byref(on), 0)
    return not on.value
