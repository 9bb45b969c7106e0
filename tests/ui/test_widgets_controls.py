"""Buttons, switches, fields, chips and the other controls: what they do, not only how they look."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from softphone.ui.theme.motion import frame_clock
from softphone.ui.widgets.button import Button, IconButton
from softphone.ui.widgets.check_box import CheckBox
from softphone.ui.widgets.chip import FilterChip, StatusChip, badge_text
from softphone.ui.widgets.field import Field
from softphone.ui.widgets.focus_ring import FocusRing
from softphone.ui.widgets.keypad import Keypad
from softphone.ui.widgets.labels import ElidedLabel, Label, TextBlock
from softphone.ui.widgets.round_button import RoundCallButton
from softphone.ui.widgets.segmented import Segmented
from softphone.ui.widgets.select import Select
from softphone.ui.widgets.switch import Switch


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def color_at(widget, x, y):
    return widget.grab().toImage().pixelColor(x, y).name()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_button_is_pressed_by_space_and_return(qtbot, key):
    button = shown(qtbot, Button("Sign in", "primary"))
    with qtbot.waitSignal(button.clicked, timeout=1000):
        qtbot.keyClick(button, key)


def test_a_busy_button_keeps_its_words_and_takes_no_click(qtbot):
    button = shown(qtbot, Button("Signing in", "primary"))
    button.set_busy(True)
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.keyClick(button, Qt.Key.Key_Space)
        qtbot.keyClick(button, Qt.Key.Key_Return)
        button.click()
    assert button.text() == "Signing in"


def test_a_busy_button_turns_only_while_it_is_visible(qtbot):
    button = shown(qtbot, Button("Signing in", "primary"))
    button.set_busy(True)
    assert frame_clock().running
    button.hide()
    assert not frame_clock().running
    button.show()
    assert frame_clock().running
    button.set_busy(False)
    assert not frame_clock().running


@pytest.mark.parametrize(
    ("kind", "token"),
    [("primary", "accent-fill"), ("call", "call-fill"), ("danger", "danger-fill"), ("soft-danger", "danger-soft")],
)
def test_a_button_is_filled_with_the_colour_of_its_kind_in_both_themes(qtbot, look, kind, token):
    button = shown(qtbot, Button("Answer", kind))
    for mode in ("light", "dark"):
        look.set_mode(mode)
        assert color_at(button, 6, button.height() // 2) == look.color(token).name()


def test_hover_and_press_change_the_fill_at_once_with_reduced_motion(qtbot, still):
    button = shown(qtbot, Button("Answer", "primary"))
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    assert color_at(button, 6, button.height() // 2) == still.color("accent-pressed").name()
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)


def test_a_disabled_button_is_muted_and_silent(qtbot, look):
    button = shown(qtbot, Button("Sign in", "primary"))
    button.setEnabled(False)
    assert color_at(button, 6, button.height() // 2) == look.color("bg-muted").name()
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_icon_button_has_a_name_and_a_tooltip_with_its_shortcut(qtbot):
    button = shown(qtbot, IconButton("x", "Clear", shortcut="Esc"))
    assert QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name) == "Clear"
    assert "Esc" in button.toolTip()


def test_a_buttons_width_fits_its_words_at_every_text_size(qtbot, look):
    button = shown(qtbot, Button("Other SIP account", "quiet"))
    before = button.sizeHint()
    look.set_text_scale(1.3)
    assert button.sizeHint().width() > before.width()
    assert button.sizeHint().height() == 47


def test_a_round_button_keeps_its_name_while_its_label_tells_the_state(qtbot):
    mute = shown(qtbot, RoundCallButton("microphone", "Mute", checkable=True))
    qtbot.mouseClick(mute, Qt.MouseButton.LeftButton)
    mute.setText("Muted")
    interface = QAccessible.queryAccessibleInterface(mute)
    assert interface.text(QAccessible.Text.Name) == "Mute"
    assert interface.state().checked


def far_apart(button, image):
    """The largest difference of a channel anywhere."""
    now = button.grab().toImage()
    return max(abs(a - b) for a, b in zip(bytes(now.constBits()), bytes(image.constBits()), strict=True))


def test_the_microphones_arc_follows_the_level_and_rests_when_not_shown(qtbot, look):
    mute = shown(qtbot, RoundCallButton("microphone", "Mute", checkable=True))
    quiet = mute.grab().toImage()
    mute.set_level_shown(True)
    mute.set_level(0.9)
    assert mute.grab().toImage() != quiet
    assert not frame_clock().running
    mute.set_level_shown(True)  # said again, it does not drop the arc
    assert mute.grab().toImage() != quiet
    for _ in range(10):
        mute.set_level(0.0)
    assert far_apart(mute, quiet) <= 2
    mute.set_level(0.9)
    mute.set_level_shown(False)
    assert mute.grab().toImage() == quiet


def test_with_an_arc_the_button_still_shows_every_change(qtbot, still):
    with_arc = shown(qtbot, RoundCallButton("microphone", "Mute", checkable=True))
    without = shown(qtbot, RoundCallButton("microphone", "Mute", checkable=True))
    with_arc.set_level_shown(True)
    changes = [
        lambda button: button.set_icon("microphone-slash"),
        lambda button: button.setChecked(True),
        lambda button: button.setChecked(False),
        lambda button: button.setText("Muted"),
        lambda button: button.setEnabled(False),
        lambda button: button.setEnabled(True),
        lambda button: still.set_mode("dark"),
        lambda button: button.set_tone("recording"),
    ]
    before = with_arc.grab().toImage()
    for change in changes:
        change(with_arc)
        change(without)
        assert far_apart(with_arc, before) > 20
        before = with_arc.grab().toImage()
        assert far_apart(without, before) <= 2  # rounding, as the circle is put on its page as a picture


def test_a_switch_toggles_by_click_and_by_space(qtbot, still):
    switch = shown(qtbot, Switch("Call waiting"))
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_a_switchs_thumb_goes_to_the_end_of_the_reading_direction(qtbot, still):
    switch = shown(qtbot, Switch("Call waiting", checked=True))
    assert color_at(switch, 28, 11) == "#ffffff"
    switch.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert color_at(switch, 10, 11) == "#ffffff"
    assert color_at(switch, 28, 11) != "#ffffff"


def test_a_check_box_is_toggled_by_its_words_too(qtbot):
    box = shown(qtbot, CheckBox("Keep me signed in"))
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 6, box.height() // 2))
    assert box.isChecked()


def test_segments_are_one_stop_and_arrows_move_the_choice(qtbot, still):
    control = shown(qtbot, Segmented(["24-hour", "12-hour"], name="Clock"))
    stops = [w for w in control.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 1
    with qtbot.waitSignal(control.changed, timeout=1000) as told:
        qtbot.keyClick(stops[0], Qt.Key.Key_Right)
    assert told.args == [1]
    assert control.index == 1


def test_a_password_is_hidden_until_the_eye_and_again_with_the_window(qtbot):
    window = QWidget()
    QVBoxLayout(window).addWidget(field := Field("Password", password=True))
    shown(qtbot, window)
    assert field.edit.echoMode() == QLineEdit.EchoMode.Password
    qtbot.mouseClick(field.eye, Qt.MouseButton.LeftButton)
    assert field.edit.echoMode() == QLineEdit.EchoMode.Normal
    other = shown(qtbot, QWidget())
    other.activateWindow()
    qtbot.waitUntil(lambda: field.edit.echoMode() == QLineEdit.EchoMode.Password, timeout=2000)
    assert not field.eye.isChecked()


def test_an_error_is_told_below_and_to_screen_readers_and_goes_by_typing(qtbot, look):
    field = shown(qtbot, Field("Email", height="signIn"))
    field.set_error("Type your full email, like name@company.com.")
    assert field.error == "Type your full email, like name@company.com."
    assert field.edit.accessibleDescription() == field.error
    frame = field.frame
    assert color_at(frame, frame.width() // 2, 0) == look.color("danger-graphic").name()
    qtbot.keyClicks(field.edit, "m")
    assert field.error == ""
    assert field.edit.accessibleDescription() == ""


def test_a_fields_edge_tells_the_focus(qtbot, look):
    field = shown(qtbot, Field("Email"))
    window = field.window()
    window.activateWindow()
    field.edit.setFocus()
    qtbot.waitUntil(field.edit.hasFocus, timeout=1000)
    assert color_at(field.frame, field.frame.width() // 2, 0) == look.color("focus").name()


def test_a_click_beside_the_text_reaches_the_text(qtbot):
    field = shown(qtbot, Field("Email"))
    field.window().activateWindow()
    qtbot.mouseClick(field.frame, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    qtbot.waitUntil(field.edit.hasFocus, timeout=1000)


def test_a_filter_chip_tells_its_count_and_is_black_when_chosen(qtbot, look):
    chip = shown(qtbot, FilterChip("Missed", 2))
    assert chip.accessibleName() == "Missed, 2"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not chip.isDown(), timeout=1000)
    assert chip.isChecked()
    assert badge_text(100) == "99+"


def test_a_status_chip_never_grows_beyond_its_width_and_elides(qtbot):
    chip = shown(qtbot, StatusChip("Forwarding to Harbour Dental Clinic reception +12", "forwarding"))
    assert chip.sizeHint().width() == 196
    chip.grab()
    assert chip.toolTip().startswith("Forwarding to Harbour")


def test_a_select_changes_by_arrows_and_by_its_menu(qtbot, still):
    select = shown(qtbot, Select("Security", ["UDP", "TCP", "TLS"]))
    qtbot.keyClick(select, Qt.Key.Key_Down)
    assert (select.index, select.text()) == (1, "TCP")
    select.open_menu()
    menu = select.menu
    with qtbot.waitSignal(select.changed, timeout=1000):
        qtbot.mouseClick(menu.items[2], Qt.MouseButton.LeftButton)
    assert select.text() == "TLS"
    assert select.accessibleName() == "Security, TLS"


def test_the_keypad_gives_digits_and_plus_by_holding_zero(qtbot):
    pad = shown(qtbot, Keypad())
    heard = []
    pad.pressed.connect(heard.append)
    for digit in "123456789*#":
        qtbot.mouseClick(pad.key(digit), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(pad.key("0"), Qt.MouseButton.LeftButton)
    qtbot.mousePress(pad.key("0"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: heard[-1] == "+", timeout=2000)
    qtbot.mouseRelease(pad.key("0"), Qt.MouseButton.LeftButton)
    assert "".join(heard) == "123456789*#0+"


def test_the_keypad_of_a_call_gives_zero_at_once(qtbot):
    pad = shown(qtbot, Keypad(66, plus=False))
    with qtbot.waitSignal(pad.pressed, timeout=1000) as told:
        qtbot.mousePress(pad.key("0"), Qt.MouseButton.LeftButton)
    assert told.args == ["0"]
    with qtbot.waitSignal(pad.released, timeout=1000):
        qtbot.mouseRelease(pad.key("0"), Qt.MouseButton.LeftButton)


def test_the_keypad_is_one_stop_and_arrows_move_inside_and_it_never_mirrors(qtbot):
    pad = shown(qtbot, Keypad())
    pad.window().activateWindow()
    pad.key("1").setFocus()
    qtbot.keyClick(pad.key("1"), Qt.Key.Key_Down)
    qtbot.waitUntil(pad.key("4").hasFocus, timeout=1000)
    stops = [w for w in pad.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [pad.key("4")]
    pad.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert pad.key("1").x() < pad.key("3").x()


def test_keypad_keys_speak_their_letters(qtbot):
    pad = shown(qtbot, Keypad())
    assert pad.key("2").accessibleName() == "2, A B C"


def test_an_elided_label_gives_its_whole_text_in_the_tooltip_only_when_cut(qtbot):
    label = shown(qtbot, ElidedLabel("Harbour Dental Clinic"))
    label.resize(400, label.height())
    assert label.toolTip() == ""
    label.resize(60, label.height())
    assert label.toolTip() == "Harbour Dental Clinic"


def test_a_text_block_shows_markup_as_text(qtbot):
    block = shown(qtbot, TextBlock("<b>Mei</b> & co"))
    assert block.plain_text() == "<b>Mei</b> & co"
    assert "&lt;b&gt;" in block.text()
    assert block.accessibleName() == "<b>Mei</b> & co"


def test_a_label_takes_the_new_themes_colour(qtbot, look):
    label = shown(qtbot, ElidedLabel("Mei Tan"))
    look.set_mode("dark")
    assert label.palette().color(label.foregroundRole()) == QColor("#F2F4F8")


@pytest.fixture
def two_buttons(qtbot):
    window = QWidget()
    column = QVBoxLayout(window)
    first, second = Button("First"), Button("Second")
    column.addWidget(first)
    column.addWidget(second)
    window.ring = FocusRing(window)
    shown(qtbot, window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=2000)
    first.setFocus()
    return window, first, second


def test_the_focus_ring_shows_after_tab_and_goes_with_the_mouse(qtbot, two_buttons):
    window, first, second = two_buttons
    assert window.ring.target is None
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
    assert window.ring.target is second
    assert window.ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
    qtbot.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=first.geometry().center())
    assert window.ring.target is None


def test_the_focus_ring_does_not_take_clicks(qtbot, two_buttons):
    window, _first, second = two_buttons
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
    with qtbot.waitSignal(second.clicked, timeout=1000):
        qtbot.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=second.geometry().center())


def test_the_focus_ring_goes_when_its_button_is_switched_off(qtbot, two_buttons):
    window, _first, second = two_buttons
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
    second.setEnabled(False)
    assert window.ring.target is not second


@pytest.mark.parametrize("make", [Label, ElidedLabel, TextBlock])
def test_a_name_in_another_script_stands_at_the_pages_start(qtbot, look, make):
    page = QWidget()
    page.resize(300, 60)
    column = QVBoxLayout(page)
    label = make("Mei Tan")
    column.addWidget(label)
    shown(qtbot, page)

    def ink_is_on_the_left():
        image, paper = label.grab().toImage(), label.grab().toImage().pixelColor(150, 2).name()
        used = [x for x in range(label.width()) if any(image.pixelColor(x, y).name() != paper for y in range(18))]
        return max(used) < 140

    assert ink_is_on_the_left()
    page.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert not ink_is_on_the_left()
