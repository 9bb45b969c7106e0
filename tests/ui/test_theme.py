"""The theme: colours, fonts, sizes and motion, and what changes them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from softphone.resources import resource
from softphone.ui.theme.icons import icon, icon_weight
from softphone.ui.theme.motion import Fade, frame_clock, mix
from softphone.ui.theme.tokens import tokens


def test_colours_come_from_the_tokens_of_the_chosen_theme(look):
    assert look.color("bg-window") == QColor("#F4F5F8")
    look.set_mode("dark")
    assert look.dark
    assert look.color("bg-window") == QColor("#101318")


def test_a_translucent_token_keeps_its_alpha_last(look):
    assert look.color("scrim").alpha() == 0x66
    assert look.color("scrim").red() == 0x12


def test_a_change_of_theme_is_told_once_and_reaches_qts_own_widgets(look, qtbot):
    with qtbot.waitSignal(look.changed, timeout=1000):
        look.set_mode("dark")
    palette = QApplication.palette()
    assert palette.color(QPalette.ColorRole.Window) == QColor("#101318")
    assert "#20252e" in QApplication.instance().styleSheet().lower()


def test_the_same_mode_again_changes_nothing(look, qtbot):
    with qtbot.assertNotEmitted(look.changed):
        look.set_mode("light")


def test_a_mode_that_does_not_exist_is_refused(look):
    with pytest.raises(ValueError, match="sepia"):
        look.set_mode("sepia")


def test_the_system_mode_follows_the_system_live(look, monkeypatch):
    look.set_mode("system")
    for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
        monkeypatch.setattr("softphone.ui.theme.theme.system_is_dark", lambda s=scheme: s == Qt.ColorScheme.Dark)
        QApplication.styleHints().colorSchemeChanged.emit(scheme)
        assert look.dark is (scheme == Qt.ColorScheme.Dark)


def test_a_chosen_theme_stays_when_the_system_changes(look, monkeypatch):
    monkeypatch.setattr("softphone.ui.theme.theme.system_is_dark", lambda: True)
    QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not look.dark


@pytest.mark.parametrize("name", sorted(tokens().types))
def test_every_type_is_bundled_inter_with_size_weight_and_tracking(look, name):
    style, font = tokens().types[name], look.font(name)
    assert QFontInfo(font).family().startswith("Inter")
    assert font.pixelSize() == style.size
    assert font.weight() == style.weight
    assert font.letterSpacing() == pytest.approx(style.tracking, abs=1 / 64)


def test_timers_have_figures_of_one_width(look):
    from PySide6.QtGui import QFontMetricsF

    timer = QFontMetricsF(look.font("timer"))
    assert timer.horizontalAdvance("1:11") == pytest.approx(timer.horizontalAdvance("4:00"))
    plain = QFontMetricsF(look.font("title2"))
    assert plain.horizontalAdvance("1:11") != pytest.approx(plain.horizontalAdvance("4:00"))


def test_text_size_scales_fonts_lines_rows_and_controls_but_not_space(look):
    look.set_text_scale(1.3)
    assert look.font("body").pixelSize() == 17
    assert look.line("body") == 23
    assert look.size("control.default") == 47
    assert look.size("row.list") == 73
    assert look.space(4) == 16
    assert look.size("avatar.md") == 36


def test_reduced_motion_takes_time_from_moves_but_not_from_holds(still):
    assert still.motion("sheet") == 0
    assert still.motion("toastHold") == 5000


def test_an_elevation_has_offset_blur_and_the_themes_colour(look):
    offset, blur, colour = look.elevation("e2")
    assert (offset, blur) == (6, 20)
    assert colour.alpha() == 0x2E
    look.set_mode("dark")
    assert look.elevation("e2")[2].alpha() == 0x99


@pytest.mark.parametrize(
    ("size", "name", "asked", "weight"),
    [
        (24, "phone", None, "regular"),
        (18, "phone", None, "regular"),
        (16, "phone", None, "bold"),
        (12, "phone", "fill", "fill"),
        (18, "warning", None, "fill"),
    ],
)
def test_icon_weight_follows_the_rule_of_the_design(size, name, asked, weight):
    assert icon_weight(name, size, asked) == weight


def test_an_icon_is_tinted_and_sharp_at_the_device_ratio(look):
    drawn = icon("phone", 24, "call-fill", "fill", 2.0)
    assert drawn.size().width() == 48
    assert drawn.deviceIndependentSize().width() == 24
    image = drawn.toImage()
    inks = {
        image.pixelColor(x, y).name() for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() == 255
    }
    assert inks == {"#0f7b45"}


def test_an_icon_changes_with_the_theme(look):
    before = icon("phone", 24, "text-primary").toImage()
    look.set_mode("dark")
    assert icon("phone", 24, "text-primary").toImage() != before


def test_every_bundled_icon_has_all_weights_and_its_licence():
    folder = resource("icons", "phosphor")
    names = {weight: {path.stem for path in (folder / weight).glob("*.svg")} for weight in ("regular", "bold", "fill")}
    assert names["regular"] == names["bold"] == names["fill"]
    assert len(names["regular"]) > 60
    assert "MIT" in (folder / "LICENSE").read_text()
    assert "SIL OPEN FONT LICENSE" in resource("fonts", "inter", "OFL.txt").read_text().upper()


def test_the_frame_clock_runs_only_while_someone_needs_it(qtbot):
    clock, one, other = frame_clock(), QWidget(), QWidget()
    qtbot.addWidget(one)
    assert not clock.running
    clock.join(one)
    clock.join(other)
    with qtbot.waitSignal(clock.tick, timeout=1000):
        pass
    clock.leave(one)
    assert clock.running
    gone = []
    other.destroyed.connect(lambda: gone.append(True))
    other.deleteLater()
    qtbot.waitUntil(lambda: bool(gone), timeout=2000)
    assert not clock.running


def test_a_fade_arrives_at_its_target(qtbot, look):
    widget = QWidget()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    fade = Fade(widget)
    fade.to(1.0)
    assert fade.value < 1.0
    qtbot.waitUntil(lambda: fade.value == 1.0, timeout=2000)


def test_a_fade_jumps_with_reduced_motion(qtbot, still):
    widget = QWidget()
    qtbot.addWidget(widget)
    fade = Fade(widget)
    fade.to(1.0)
    assert fade.value == 1.0


def test_mixing_with_nothing_keeps_the_hue():
    half = mix(QColor(0, 0, 0, 0), QColor(200, 100, 50), 0.5)
    assert (half.red(), half.green(), half.blue(), half.alpha()) == (200, 100, 50, 128)
