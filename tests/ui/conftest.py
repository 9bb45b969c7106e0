"""UI tests run without a screen, in the light theme at 100 %, each starting from the same look."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_SCALE_FACTOR", None)

import pytest

from softphone.ui.theme.theme import theme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """The offscreen platform says what it lacks; every other warning of Qt's fails the test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(scope="session")
def qapp_args():
    return ["softphone-tests"]


@pytest.fixture(autouse=True)
def look(qapp):
    """The installed theme, light, at 100 %, with full motion; put back after each test."""
    chosen = theme()
    if chosen.mode != "light":
        chosen.set_mode("light")
    if not qapp.styleSheet():
        chosen.install(qapp)
    chosen.set_text_scale(1.0)
    if chosen.reduced_motion:
        chosen.set_reduced_motion(False)
    yield chosen
    chosen.set_mode("light")
    chosen.set_text_scale(1.0)


@pytest.fixture
def still(look):
    """Reduced motion: everything is where it goes at once."""
    look.set_reduced_motion(True)
    yield look
    look.set_reduced_motion(False)
