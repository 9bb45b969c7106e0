"""Sizes of the main window, in device-independent pixels."""

from __future__ import annotations

DEFAULT = (380, 680)
SMALLEST = (340, 560)
WIDE = 760  # from here on there are two panes
LIST_WIDTH, LIST_LEAST, LIST_MOST = 344, 300, 420
