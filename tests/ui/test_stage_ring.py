"""The stage's ring looks as the kit's does, however it is put together."""

import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from softphone.ui.stage.stage_ring import StageRing
from softphone.ui.widgets.state_ring import StateRing


def picture(qtbot, ring, level):
    qtbot.addWidget(ring)
    ring.set_state("talking")
    ring._shown_level = level
    return ring.grab().toImage().convertToFormat(QImage.Format.Format_ARGB32)


def far_apart(one, other):
    """The largest difference of a channel anywhere."""
    first, second = bytes(one.constBits()), bytes(other.constBits())
    return max(abs(a - b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("size", [112, 64])
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_put_together_from_pictures_it_looks_the_same(qtbot, still, size, level):
    ours = picture(qtbot, StageRing(avatar_size=size, name="Priya Nair", key="102"), level)
    kits = picture(qtbot, StateRing(avatar_size=size, name="Priya Nair", key="102"), level)
    assert far_apart(ours, kits) <= 8  # rounding where the halo touches the ring


def test_another_person_and_another_theme_are_painted_anew(qtbot, still, look):
    ring = StageRing(avatar_size=96, name="Priya Nair", key="102")
    before = picture(qtbot, ring, 0.0)
    ring.set_person("Daniel Okafor", "104")
    assert ring.grab().toImage() != before
    ring.set_person("Priya Nair", "102")
    look.set_mode("dark")
    ring.forget_pictures()
    assert ring.grab().toImage() != before


def test_it_can_be_imported_before_there_is_an_application():
    rooms = "softphone.ui.stage.call_stage, softphone.ui.tray.tray, softphone.ui.incoming.incoming_windows"
    done = subprocess.run([sys.executable, "-c", f"import {rooms}"], timeout=60, capture_output=True)
    assert done.returncode == 0, done.stderr
