"""The contrast table of the design, recomputed from the tokens."""

import pytest

from softphone.ui.theme.tokens import contrast, luminance, parse_hex, tokens

ANYWHERE = (
    "bg-window", "bg-surface", "bg-raised", "bg-control", "bg-muted", "bg-hover", "bg-pressed", "bg-selected",
)  # fmt: skip
PAPER = ("bg-window", "bg-surface", "bg-raised")  # where edges, marks and focus rings lie at rest
WASHES = ("wash-ring", "wash-active", "wash-hold", "wash-fail", "wash-ended")

# What is written, the pairs it is the lowest of, as designed in light and dark, and what WCAG 2.2 AA asks.
TABLE = [
    ("text-primary, worst", [("text-primary", bg) for bg in ANYWHERE], 14.2, 10.1, 4.5),
    ("text-secondary on surface", [("text-secondary", "bg-surface")], 8.1, 9.2, 4.5),
    ("text-secondary, worst", [("text-secondary", bg) for bg in ANYWHERE], 6.4, 6.0, 4.5),
    ("text-tertiary on surface", [("text-tertiary", "bg-surface")], 6.0, 7.3, 4.5),
    ("text-tertiary, worst", [("text-tertiary", bg) for bg in ANYWHERE], 4.7, 4.7, 4.5),
    ("accent-text on surface", [("accent-text", "bg-surface")], 7.1, 8.5, 4.5),
    ("accent-text on accent-soft", [("accent-text", "accent-soft")], 6.1, 6.9, 4.5),
    ("success-text on surface", [("success-text", "bg-surface")], 6.6, 10.2, 4.5),
    ("success-text on success-soft", [("success-text", "success-soft")], 5.7, 8.5, 4.5),
    ("danger-text on surface", [("danger-text", "bg-surface")], 6.5, 8.5, 4.5),
    ("danger-text on danger-soft", [("danger-text", "danger-soft")], 5.6, 7.8, 4.5),
    ("warn-text on surface", [("warn-text", "bg-surface")], 7.4, 10.6, 4.5),
    ("warn-text on warn-soft", [("warn-text", "warn-soft")], 6.5, 9.0, 4.5),
    ("white on accent-fill", [("accent-on", "accent-fill")], 6.2, 4.7, 4.5),
    ("white on call-fill", [("call-on", "call-fill")], 5.3, 5.0, 4.5),
    ("white on danger-fill", [("danger-on", "danger-fill")], 5.3, 4.9, 4.5),
    ("text-inverse on bg-inverse", [("text-inverse", "bg-inverse")], 16.2, 16.0, 4.5),
    ("accent-inverse on bg-inverse", [("accent-inverse", "bg-inverse")], 9.1, 6.7, 4.5),
    ("text-secondary on the strongest wash", [("text-secondary", wash) for wash in WASHES], 6.4, 7.7, 4.5),
    (
        "status text on its own wash",
        [
            ("accent-text", "wash-ring"),
            ("success-text", "wash-active"),
            ("warn-text", "wash-hold"),
            ("danger-text", "wash-fail"),
        ],
        5.1,
        7.2,
        4.5,
    ),
    ("avatar letters", [(f"avatar-{n}-fg", f"avatar-{n}-bg") for n in range(1, 9)], 6.1, 7.3, 4.5),
    ("line-control, worst", [("line-control", bg) for bg in PAPER], 3.1, 3.7, 3.0),
    ("focus, worst", [("focus", bg) for bg in PAPER], 5.7, 6.8, 3.0),
    ("success-graphic, worst", [("success-graphic", bg) for bg in PAPER], 3.8, 6.1, 3.0),
    ("danger-graphic, worst", [("danger-graphic", bg) for bg in PAPER], 4.0, 4.9, 3.0),
    ("warn-graphic, worst", [("warn-graphic", bg) for bg in PAPER], 3.7, 6.8, 3.0),
    (
        "ring on its wash",
        [
            ("accent-fill", "wash-ring"),
            ("success-graphic", "wash-active"),
            ("warn-graphic", "wash-hold"),
            ("danger-graphic", "wash-fail"),
        ],
        3.4,
        3.1,
        3.0,
    ),
]


def lowest(scheme, pairs):
    return min(contrast(tokens().rgba(scheme, ink), tokens().rgba(scheme, paper)) for ink, paper in pairs)


@pytest.mark.parametrize(("name", "pairs", "light", "dark", "asked"), TABLE, ids=[row[0] for row in TABLE])
def test_a_pair_has_the_contrast_of_the_design_and_meets_wcag(name, pairs, light, dark, asked):
    for scheme, designed in (("light", light), ("dark", dark)):
        found = lowest(scheme, pairs)
        assert found >= asked, f"{name} in {scheme}: {found:.2f}"
        assert found == pytest.approx(designed, abs=0.06), f"{name} in {scheme}: {found:.2f}"


@pytest.mark.parametrize("ink", ["focus", "success-graphic", "danger-graphic", "warn-graphic"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stay_visible_on_hovered_pressed_and_selected_rows(ink, scheme):
    assert lowest(scheme, [(ink, bg) for bg in ANYWHERE]) >= 3


@pytest.mark.parametrize("kind", ["accent", "call", "danger"])
@pytest.mark.parametrize("state", ["hover", "pressed"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_button_words_stay_readable_while_hovered_and_pressed(kind, state, scheme):
    ink, fill = tokens().rgba(scheme, f"{kind}-on"), tokens().rgba(scheme, f"{kind}-{state}")
    assert contrast(ink, fill) >= 4.5


def test_both_themes_have_the_same_names():
    light, dark = tokens().value("theme.light"), tokens().value("theme.dark")
    assert light.keys() == dark.keys()
    for name in tokens().names():
        parse_hex(light[name])
        parse_hex(dark[name])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_strengthens_lines_and_quiet_text(scheme):
    hues = tokens()
    for quiet in ("line-subtle", "line-default"):
        strong = hues.rgba(scheme, quiet, high_contrast=True)
        assert contrast(strong, hues.rgba(scheme, "bg-surface")) >= 3
    assert hues.hex(scheme, "text-tertiary", high_contrast=True) == hues.hex(scheme, "text-secondary")
    assert hues.hex(scheme, "wash-ring", high_contrast=True) == hues.hex(scheme, "bg-window")


def test_black_on_white_is_twenty_one_to_one():
    assert contrast((0, 0, 0, 255), (255, 255, 255, 255)) == pytest.approx(21)
    assert luminance((255, 255, 255, 255)) == pytest.approx(1)


def test_a_name_that_does_not_exist_is_told():
    with pytest.raises(KeyError):
        tokens().hex("light", "bg-nothing")
    with pytest.raises(KeyError):
        tokens().number("size.nothing")
    with pytest.raises(KeyError):
        tokens().number("font.family")
    with pytest.raises(ValueError, match="not a colour"):
        parse_hex("#12345")
