"""Menus, sheets, toasts, banners, avatars, rings and washes."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QListWidget, QVBoxLayout, QWidget

from softphone.ui.theme.motion import frame_clock
from softphone.ui.widgets.avatar import Avatar, avatar_colour, initials
from softphone.ui.widgets.banner import Banner
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.level_meter import LevelMeter
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.popup import MenuItem, PopupMenu
from softphone.ui.widgets.quality_bars import QualityBars
from softphone.ui.widgets.shadow import ShadowFrame, paint_shadow
from softphone.ui.widgets.sheet import Sheet
from softphone.ui.widgets.state_ring import StateRing
from softphone.ui.widgets.toast import Toast, show_toast
from softphone.ui.widgets.wash import Wash, paint_wash


def shown(qtbot, widget):
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def ended(widget):
    """A list that is no longer empty once the widget is destroyed."""
    gone = []
    widget.destroyed.connect(lambda: gone.append(True))
    return gone


@pytest.fixture
def window(qtbot):
    made = QWidget()
    made.resize(380, 640)
    made.opener = Button("Open", parent=made)
    made.opener.move(20, 20)
    shown(qtbot, made)
    made.activateWindow()
    return made


# Avatars


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Priya Nair", "PN"),
        ("Dr. Mei Lin Tan", "MT"),
        ("Cher", "C"),
        ("Ana Souza (Sales)", "AS"),
        ("Ölaf Ärlig", "ÖÄ"),
        ("李 小龍", "李小"),
        ("مي تان", "مت"),
        ("+65 6789 0123", ""),
        ("", ""),
        ("Dr.", "D"),
    ],
)
def test_initials_are_of_the_first_and_last_word(name, letters):
    assert initials(name) == letters


def test_a_contacts_colour_stays_the_same_and_all_eight_are_used():
    assert avatar_colour("contact-17") == avatar_colour("contact-17")
    assert {avatar_colour(f"contact-{n}") for n in range(200)} == set(range(1, 9))


def test_an_unknown_number_gets_the_grey_person(qtbot, look):
    avatar = shown(qtbot, Avatar("+65 6789 0123", 36))
    assert avatar.grab().toImage().pixelColor(18, 3).name() == look.color("avatar-8-bg").name()


def test_presence_stands_at_the_bottom_end(qtbot, look):
    avatar = shown(qtbot, Avatar("Priya Nair", 36, presence="available"))
    assert avatar.grab().toImage().pixelColor(31, 31).name() == look.color("success-graphic").name()
    avatar.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert avatar.grab().toImage().pixelColor(4, 31).name() == look.color("success-graphic").name()


def test_unknown_presence_shows_nothing(qtbot):
    with_mark, without = Avatar("Priya Nair", 36, presence="unknown"), Avatar("Priya Nair", 36)
    shown(qtbot, with_mark)
    shown(qtbot, without)
    assert with_mark.grab().toImage() == without.grab().toImage()


# Rings, meters


@pytest.mark.parametrize("state", ["ringing", "incoming"])
def test_a_moving_ring_turns_only_while_it_is_visible(qtbot, look, state):
    ring = shown(qtbot, StateRing(state, name="Priya Nair"))
    assert frame_clock().running
    ring.hide()
    assert not frame_clock().running


@pytest.mark.parametrize("state", ["talking", "hold", "ended", "failed", "none"])
def test_a_still_ring_costs_no_timer(qtbot, look, state):
    shown(qtbot, StateRing(state, name="Priya Nair"))
    assert not frame_clock().running


def test_a_ringing_ring_sweeps(qtbot, look):
    ring = shown(qtbot, StateRing("ringing", name="Priya Nair"))
    first = ring.grab().toImage()
    qtbot.waitUntil(lambda: ring.grab().toImage() != first, timeout=2000)


def test_with_reduced_motion_ringing_is_a_full_still_ring(qtbot, still):
    ring = shown(qtbot, StateRing("ringing", name="Priya Nair"))
    assert not frame_clock().running
    image, middle = ring.grab().toImage(), ring.width() // 2
    reach = 56 + 8
    for x, y in (
        (middle, middle - reach),
        (middle + reach, middle),
        (middle - reach, middle),
        (middle, middle + reach),
    ):
        assert image.pixelColor(x, y).name() == still.color("accent-fill").name()


def test_states_of_a_ring_differ_by_shape_not_only_by_colour(qtbot, still):
    def covered(state):
        image = shown(qtbot, StateRing(state, name="P")).grab().toImage()
        paper = still.color("bg-window").name()
        return {
            (x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).name() != paper
        }

    assert covered("talking") != covered("hold") != covered("ended")


def test_the_halo_follows_the_other_sides_level(qtbot, look):
    ring = shown(qtbot, StateRing("talking", name="Priya Nair"))
    quiet = ring.grab().toImage()
    for _ in range(10):
        ring.set_level(1.0)
    assert ring.grab().toImage() != quiet
    for _ in range(10):
        ring.set_level(0.0)
    assert ring.grab().toImage() == quiet


def test_the_level_meter_rises_to_its_level_and_is_amber_when_loud(qtbot, look):
    meter = shown(qtbot, LevelMeter("Microphone level", 10))
    meter.set_level(1.0)
    qtbot.waitUntil(lambda: meter.lit == 10, timeout=3000)
    assert meter.grab().toImage().pixelColor(9 * 6 + 2, 4).name() == look.color("warn-graphic").name()


@pytest.mark.parametrize(("bars", "token"), [(4, "success"), (3, "success"), (2, "warn"), (1, "danger")])
def test_quality_bars_count_and_colour(qtbot, look, bars, token):
    image = shown(qtbot, QualityBars(bars)).grab().toImage()
    heights = [image.pixelColor(1 + n * 5, 12).name() for n in range(4)]
    assert heights.count(look.color(f"{token}-graphic").name()) == bars


# Washes


def test_a_wash_falls_from_its_colour_to_the_windows(qtbot, still):
    wash = Wash("active")
    wash.resize(100, 500)
    shown(qtbot, wash)
    image = wash.grab().toImage()
    assert image.pixelColor(50, 0).name() == still.color("wash-active").name()
    assert image.pixelColor(50, 450).name() == still.color("bg-window").name()
    wash.set_state("hold")
    assert wash.grab().toImage().pixelColor(50, 0).name() == still.color("wash-hold").name()


def test_a_wash_passes_through_the_colours_between(qtbot, look):
    wash = Wash("active")
    wash.resize(100, 500)
    shown(qtbot, wash)
    wash.set_state("fail")
    assert wash.grab().toImage().pixelColor(50, 0) != look.color("wash-fail")
    qtbot.waitUntil(lambda: wash.grab().toImage().pixelColor(50, 0) == look.color("wash-fail"), timeout=2000)


@pytest.mark.parametrize(
    "place", [QRect(10, 20, 30, 40), QRect(70, 250, 330, 200), QRect(0, 400, 600, 100), QRect(0, 0, 600, 500)]
)
def test_a_part_of_a_wash_is_painted_as_in_the_whole(qtbot, still, place):
    wash = Wash("active")
    wash.resize(600, 500)
    shown(qtbot, wash)
    whole = QImage(wash.size(), QImage.Format.Format_RGB32)
    whole.fill(0)
    painter = QPainter(whole)
    paint_wash(painter, wash.rect(), still.color("wash-active"), still.color("bg-window"), still.size("washHeight"))
    painter.end()
    assert wash.grab(place).toImage().convertToFormat(QImage.Format.Format_RGB32) == whole.copy(place)


def test_a_wash_takes_the_new_themes_colour(qtbot, still):
    wash = shown(qtbot, Wash("active"))
    wash.grab()
    still.set_mode("dark")
    assert wash.grab().toImage().pixelColor(5, 0).name() == still.color("wash-active").name()


# Shadows


def test_a_shadow_lies_outside_its_box_and_fades(look):
    image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_shadow(painter, QRect(60, 60, 80, 60), 12, "e3")
    painter.end()
    below = [image.pixelColor(100, y).alpha() for y in (122, 140, 160, 178, 190)]
    assert below == sorted(below, reverse=True)
    assert below[0] > 15
    assert below[-1] <= 2
    assert image.pixelColor(100, 122).alpha() > image.pixelColor(100, 52).alpha()


def test_a_floating_frame_leaves_room_for_its_shadow(qtbot, look):
    frame = ShadowFrame()
    frame.resize(200, 150)
    shown(qtbot, frame)
    assert frame.box() == QRect(24, 24, 152, 102)
    frame.move_box(QPoint(300, 200))
    assert frame.pos() == QPoint(276, 176)


# Menus


@pytest.fixture
def menu(window, still):
    chosen = []
    made = PopupMenu(window, "Status")
    made.add_heading("You are")
    made.add_item(MenuItem("Available", lambda: chosen.append("available"), mark="available", checked=True))
    made.add_item(MenuItem("Later", lambda: chosen.append("later"), enabled=False))
    made.add_separator()
    made.add_item(MenuItem("Sign out", lambda: chosen.append("sign out"), icon="sign-out", detail="On this computer"))
    made.chosen = chosen
    made.open_below(window.opener)
    yield made
    QApplication.sendPostedEvents()


def test_a_menu_starts_at_what_is_checked_and_skips_what_is_off(menu, qtbot):
    assert menu.focusWidget() is menu.items[0]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert menu.focusWidget() is menu.items[2]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert menu.focusWidget() is menu.items[0]


def test_a_choice_closes_the_menu_and_acts_once(menu, qtbot):
    item = menu.items[2]
    gone = ended(menu)
    qtbot.mouseClick(item, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)
    assert menu.chosen == ["sign out"]


def test_escape_closes_a_menu_without_choosing(menu, qtbot):
    gone = ended(menu)
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)
    assert menu.chosen == []


def test_a_menu_opens_below_its_button_and_says_its_lines(menu, window):
    corner = window.opener.mapToGlobal(QPoint(0, window.opener.height() + 6))
    assert menu.pos() + QPoint(24, 24) == corner
    assert menu.items[2].accessibleName() == "Sign out, On this computer"


def test_a_menu_at_the_screens_edge_stays_on_the_screen(window, still, qtbot):
    menu = PopupMenu(window)
    menu.add_item(MenuItem("Available"))
    area = window.screen().availableGeometry()
    menu.open_at(area.bottomRight())
    assert area.contains(menu.box().translated(menu.pos()))
    gone = ended(menu)
    menu.close()
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)


# Sheets


@pytest.fixture
def sheet(window, still):
    made = Sheet(window, 300, "Transfer")
    made.first, made.second = Button("Ask first"), Button("Transfer now")
    made.panel_layout.addWidget(made.first)
    made.panel_layout.addWidget(made.second)
    window.opener.setFocus()
    made.open()
    return made


def test_a_sheet_keeps_tab_inside_and_gives_the_focus_back(sheet, window, qtbot):
    qtbot.waitUntil(sheet.first.hasFocus, timeout=1000)
    for expected in (sheet.second, sheet.first):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert expected.hasFocus()
    with qtbot.waitSignal(sheet.closed, timeout=1000):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert window.opener.hasFocus()


def test_a_click_on_the_scrim_closes_a_sheet(sheet, qtbot):
    with qtbot.waitSignal(sheet.closed, timeout=1000):
        qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))


def test_a_sheet_follows_its_parents_size(sheet, window):
    window.resize(500, 700)
    assert sheet.size() == window.size()


# Toasts


def test_a_toast_shows_its_action_and_calls_it_once(window, still, qtbot):
    done = []
    toast = show_toast(
        window, "Sofia's voicemail deleted", icon="trash", action="Undo", on_action=lambda: done.append(1)
    )
    gone = ended(toast)
    qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)
    assert done == [1]


def test_one_toast_at_a_time(window, still):
    first = show_toast(window, "Copied")
    second = show_toast(window, "Saved")
    assert not first.isVisible()
    assert second.isVisible()


def test_a_toast_goes_by_itself_and_holds_longer_with_undo(window, still, qtbot):
    assert Toast(window, "Saved")._hold.interval() == 5000
    toast = show_toast(window, "Deleted", undo=True)
    assert toast._hold.interval() == 8000
    toast._hold.setInterval(1)
    gone = ended(toast)
    toast._hold.start()
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)


def test_a_toast_stays_inside_a_narrow_window(window, still):
    window.resize(340, 560)
    toast = show_toast(window, "Forwarding to Harbour Dental Clinic reception, Arun Krishnan and 4 others is on now")
    assert toast.geometry().left() >= -26
    assert toast.geometry().right() <= 340 + 26


# Banners


def test_a_banner_tells_its_button_and_reads_as_one_sentence(qtbot, look):
    banner = shown(qtbot, Banner("problem", "Not secure", "We stopped.", button="Try again"))
    assert banner.accessibleName() == "Not secure We stopped."
    with qtbot.waitSignal(banner.action, timeout=1000):
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert banner.grab().toImage().pixelColor(banner.width() // 2, 2) == look.color("danger-soft")


def test_a_banner_grows_with_a_long_sentence(qtbot):
    page = QWidget()
    page.resize(300, 400)
    column = QVBoxLayout(page)
    banner = Banner("info", "Information", "One short sentence.")
    column.addWidget(banner)
    column.addStretch(1)
    shown(qtbot, page)
    before = banner.height()
    banner.set_content(
        "info", "Information", "One much longer sentence that cannot stand on one line of this page. " * 2
    )
    qtbot.waitUntil(lambda: banner.height() > before, timeout=1000)


# Scroll bar


def test_the_scroll_bar_shows_while_scrolling_takes_no_room_and_rests(qtbot, still):
    rows = QListWidget()
    rows.addItems([str(n) for n in range(200)])
    rows.setGeometry(500, 400, 200, 300)  # away from the pointer
    bar = OverlayScrollBar(rows)
    shown(qtbot, rows)
    width = rows.viewport().width()
    assert bar.isVisible()
    assert not bar.shown
    rows.scrollToBottom()
    assert bar.shown
    assert rows.viewport().width() == width
    assert bar.thumb().bottom() == pytest.approx(bar.height() - 3, abs=1)


def test_the_scroll_bar_is_gone_when_all_fits(qtbot):
    rows = QListWidget()
    rows.addItems(["1", "2"])
    rows.resize(200, 300)
    bar = OverlayScrollBar(rows)
    shown(qtbot, rows)
    assert not bar.isVisible()


def test_dragging_the_thumb_scrolls(qtbot, still):
    rows = QListWidget()
    rows.addItems([str(n) for n in range(200)])
    rows.resize(200, 300)
    bar = OverlayScrollBar(rows)
    shown(qtbot, rows)
    start = bar.thumb().center().toPoint()
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(bar, start + QPoint(0, 100))
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 100))
    assert rows.verticalScrollBar().value() > 50


def test_colours_of_a_dark_menu_are_the_dark_ones(window, still, qtbot):
    still.set_mode("dark")
    menu = PopupMenu(window)
    menu.add_item(MenuItem("Available"))
    menu.open_below(window.opener)
    image = menu.grab().toImage()
    assert image.pixelColor(menu.width() // 2, 24 + 3) == QColor("#20252E")
    gone = ended(menu)
    menu.close()
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)


def test_without_a_compositor_a_floating_window_is_cut_to_its_box(qtbot, look, monkeypatch):
    monkeypatch.setattr("softphone.ui.widgets.shadow.composited", lambda: False)
    frame = ShadowFrame()
    frame.resize(200, 150)
    shown(qtbot, frame)
    outside = frame.mask().boundingRect().adjusted(1, 1, -1, -1)
    assert frame.box().contains(outside)
    assert not frame.mask().contains(QPoint(24, 24))
    assert frame.mask().contains(frame.box().center())
