"""Whether translucent windows work: on X11 without a compositing manager their clear parts are painted black."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import lru_cache

from PySide6.QtGui import QGuiApplication


@lru_cache(maxsize=1)
def composited() -> bool:
    """True everywhere but on X11 where no compositing manager owns its selection (ICCCM, EWMH)."""
    if QGuiApplication.platformName() != "xcb":
        return True
    name = ctypes.util.find_library("X11")
    if name is None:
        return True
    x11 = ctypes.CDLL(name)
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XGetSelectionOwner.restype = ctypes.c_ulong
    x11.XGetSelectionOwner.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    x11.XDefaultScreen.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        return True
    try:
        atom = x11.XInternAtom(display, b"_NET_WM_CM_S%d" % x11.XDefaultScreen(display), 0)
        return bool(x11.XGetSelectionOwner(display, atom))
    finally:
        x11.XCloseDisplay(display)
