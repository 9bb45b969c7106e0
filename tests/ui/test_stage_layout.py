"""Where the stage's parts stand at each size: buttons keep their place, the ring gives way."""

import pytest

from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.ui.stage.call_stage import CallStage
from softphone.ui.stage.identity import NameLabel
from tests.fakes.phone_ports import make_phone, talking


def shown(qtbot, size, *, held=False, name="Priya Nair"):
    phone = make_phone()[0]
    phone.handle(ev.DirectoryLoaded((DirectoryEntry("102", name),)))
    if held:
        talking(phone, "first", "104")
        phone.calls.hold("first")
        phone.handle(ev.HoldChanged("first", True, False))
    talking(phone, "in-1", "102")
    stage = CallStage(phone, show_audio=lambda: None, add_call=lambda: None)
    qtbot.addWidget(stage)
    stage.resize(*size)
    stage.show()
    return stage


def parts(stage):
    names = ("top_bar", "identity", "held_card", "slot", "controls", "dial_page", "buttons")
    return {name: getattr(stage, name) for name in names if getattr(stage, name).isVisible()}


def assert_apart(stage):
    places = [(name, part.geometry()) for name, part in parts(stage).items() if part.height() > 0]
    for index, (name, place) in enumerate(places):
        assert place.top() >= 0, name
        assert place.bottom() < stage.height(), name
        for other, its in places[index + 1 :]:
            assert not place.intersects(its), (name, place, other, its)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("size", [(380, 680), (340, 560), (380, 600), (540, 680), (560, 900)])
def test_nothing_overlaps_or_leaves_the_window(qtbot, still, size, held):
    assert_apart(shown(qtbot, size, held=held))


@pytest.mark.parametrize("size", [(380, 680), (340, 560)])
def test_nothing_overlaps_with_text_at_130_percent(qtbot, still, size):
    still.set_text_scale(1.3)
    assert_apart(shown(qtbot, size, held=True))


@pytest.mark.parametrize("size", [(380, 680), (340, 560)])
@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_the_keypad_stays_above_the_buttons(qtbot, still, size, scale):
    still.set_text_scale(scale)
    stage = shown(qtbot, size)
    stage.toggle_keypad()
    assert_apart(stage)
    assert stage.dial_page.keypad.geometry().bottom() <= stage.dial_page.height()


@pytest.mark.parametrize(
    ("height", "held", "shape"),
    [(680, False, "large"), (680, True, "medium"), (610, False, "small"), (580, False, "row"), (560, True, "row")],
)
def test_the_ring_gives_way_as_the_window_gets_lower(qtbot, still, height, held, shape):
    assert shown(qtbot, (380, height), held=held).identity.shape_name == shape


def test_the_end_button_is_330_wide_24_from_the_bottom(qtbot, still):
    for size in ((380, 680), (540, 680)):
        stage = shown(qtbot, size)
        button = stage.buttons.end
        assert button.width() == 330
        corner = button.mapTo(stage, button.rect().bottomLeft())
        assert (corner.x(), corner.y()) == ((size[0] - 330) // 2, size[1] - 24 - 1)


def test_the_wide_window_has_nothing_to_go_back_to(qtbot, still):
    stage = shown(qtbot, (540, 680))
    stage.set_beside_list(True)
    assert stage.top_bar.back_button.isHidden()
    assert stage.top_bar.mini_button.isVisible()


def test_a_long_name_takes_two_lines_then_is_cut_with_the_whole_in_its_tooltip(qtbot):
    label = NameLabel()
    qtbot.addWidget(label)
    name = "Dr. Maximiliana Papadopoulou-Featherstonehaugh of the North Reception"
    label.setText(name)
    label.resize(320, 60)
    label.show()
    lines, cut = label._lines(320)
    assert len(lines) == 2
    assert cut
    assert lines[1].endswith("…")
    assert label.toolTip() == name


def test_right_to_left_mirrors_the_grid_but_not_the_keypad(qtbot, still, qapp):
    from PySide6.QtCore import Qt

    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        stage = shown(qtbot, (380, 680))
        assert stage.controls.mute.x() > stage.controls.hold.x()
        stage.toggle_keypad()
        keypad = stage.dial_page.keypad
        assert keypad.key("1").x() < keypad.key("3").x()
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
