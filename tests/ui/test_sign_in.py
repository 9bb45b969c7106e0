"""The sign-in window: every answer to a sign-in, in its place and words, and what the person can do then."""

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from softphone.phone.account import ActivatedDevice
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.secret import Secret
from softphone.ui.sign_in.form_page import FormState
from softphone.ui.sign_in.sign_in_view import SignInView
from softphone.ui.widgets.painted_button import PaintedButton

NOW = datetime(2026, 11, 22, 15, 0)
DEVICES = (
    ActivatedDevice("d1", "ip_phone", "Level 3 desk", "2026-11-22T09:12:00"),
    ActivatedDevice("d2", "mobile", "Pixel 8", "2026-11-21T18:40:00"),
    ActivatedDevice("d3", "desktop", "OFFICE-PC-07", "2026-11-03T10:00:00"),
)


class Wishes:
    """Keeps what the window asked for."""

    def __init__(self):
        self.asked = []

    def sign_in(self, email, password, service, keep):
        self.asked.append(("sign_in", email, password, service, keep))

    def sign_in_sip(self, address, password, server, transport, auth_username, keep):
        self.asked.append(("sign_in_sip", address, password, server, transport, auth_username, keep))

    def replace_device(self, device_id):
        self.asked.append(("replace_device", device_id))

    def cancel_sign_in(self):
        self.asked.append(("cancel",))

    def try_demo(self):
        self.asked.append(("demo",))


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def wishes():
    return Wishes()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def view(qtbot, still, wishes, clock):
    made = SignInView(wishes, clock=clock, now=lambda: NOW)
    made.resize(380, 640)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.focus_first()
    return made


@pytest.fixture
def filled(view, qtbot):
    qtbot.keyClicks(view.account.email.edit, "mei.tan@example.com")
    qtbot.keyClicks(view.account.password.edit, "harbour-lights-42")
    return view


@pytest.fixture
def sip(view, qtbot):
    qtbot.mouseClick(view.account.other, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(view.sip.address.edit, "100@sip.example.com")
    qtbot.keyClicks(view.sip.password.edit, "harbour-lights-42")
    return view


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


# Asking


def test_sign_in_is_off_until_both_fields_have_text(view, qtbot):
    assert not view.account.submit.isEnabled()
    qtbot.keyClicks(view.account.email.edit, "mei.tan@example.com")
    assert not view.account.submit.isEnabled()
    qtbot.keyClicks(view.account.password.edit, "x")
    assert view.account.submit.isEnabled()


def test_the_button_asks_for_the_sign_in_with_what_was_typed(filled, wishes, qtbot):
    click(qtbot, filled.account.submit)
    assert wishes.asked == [("sign_in", "mei.tan@example.com", Secret("harbour-lights-42"), None, True)]


def test_return_in_either_field_signs_in(filled, wishes, qtbot):
    qtbot.keyClick(filled.account.email.edit, Qt.Key.Key_Return)
    qtbot.keyClick(filled.account.password.edit, Qt.Key.Key_Return)
    assert len(wishes.asked) == 2


def test_return_with_a_missing_field_goes_there_instead(view, wishes, qtbot):
    qtbot.keyClicks(view.account.email.edit, "mei.tan@example.com")
    qtbot.keyClick(view.account.email.edit, Qt.Key.Key_Return)
    assert wishes.asked == []
    assert view.account.password.edit.hasFocus()


def test_not_keeping_the_sign_in_is_asked_for(filled, wishes, qtbot):
    click(qtbot, filled.account.keep)
    click(qtbot, filled.account.submit)
    assert wishes.asked[-1][-1] is False


def test_a_service_address_can_be_typed(filled, wishes, qtbot):
    click(qtbot, filled.account.advanced)
    assert filled.account.service.edit.hasFocus()
    qtbot.keyClicks(filled.account.service.edit, "https://phone.company.com")
    qtbot.keyClick(filled.account.service.edit, Qt.Key.Key_Return)
    assert wishes.asked[-1][3] == "https://phone.company.com"


def test_the_password_is_hidden_and_never_in_an_accessible_text(filled):
    edit = filled.account.password.edit
    assert edit.echoMode() == QLineEdit.EchoMode.Password
    interface = QAccessible.queryAccessibleInterface(edit)
    assert interface.state().passwordEdit
    assert "harbour" not in interface.text(QAccessible.Text.Value)


# While signing in


def test_signing_in_keeps_the_fields_still_and_offers_cancel(filled, wishes, qtbot):
    filled.show_signing_in()
    account = filled.account
    assert account.submit.text() == "Signing in"
    assert account.submit.busy
    assert account.email.edit.isReadOnly()
    assert account.password.edit.isReadOnly()
    assert not account.other.isVisible()
    qtbot.keyClick(account.email.edit, Qt.Key.Key_Return)
    assert wishes.asked == []
    click(qtbot, account.cancel)
    assert wishes.asked == [("cancel",)]
    assert account.submit.text() == "Sign in"
    assert not account.email.edit.isReadOnly()


def test_escape_cancels_a_sign_in_under_way(filled, wishes, qtbot):
    filled.show_signing_in()
    qtbot.keyClick(filled.account.password.edit, Qt.Key.Key_Escape)
    assert wishes.asked == [("cancel",)]


def test_once_signed_in_the_password_leaves_the_screen(filled):
    filled.show_signing_in()
    filled.show_signed_in()
    assert filled.account.password.text() == ""
    assert filled.account.email.text() == "mei.tan@example.com"


# Refusals


def test_a_wrong_password_is_told_at_the_password_which_is_selected_and_focused(filled, qtbot):
    filled.show_signing_in()
    filled.show_failure(Failure(FailureKind.INVALID_CREDENTIALS, 401))
    password = filled.account.password
    assert password.error == "Wrong email or password. Check both."
    assert password.edit.selectedText() != ""
    assert password.edit.hasFocus()
    qtbot.keyClicks(password.edit, "n")
    assert password.error == ""


def test_a_half_typed_email_is_told_at_the_email(filled):
    filled.show_failure(Failure(FailureKind.BAD_ADDRESS))
    assert filled.account.email.error == "Type your full email, like name@company.com."
    assert filled.account.email.edit.hasFocus()


def test_too_many_tries_count_down_and_then_let_the_person_try_again(filled, wishes, clock, qtbot):
    filled.show_failure(Failure(FailureKind.TOO_MANY_ATTEMPTS, 429, retry_after=95))
    account = filled.account
    assert account.password.error == "Too many tries. Wait 2 minutes, then try again."
    assert not account.submit.isEnabled()
    qtbot.keyClick(account.password.edit, Qt.Key.Key_Return)
    assert wishes.asked == []
    clock.now += 53
    account.count_down()
    assert account.password.error == "Too many tries. Wait 42 s, then try again."
    clock.now += 42
    account.count_down()
    assert account.password.error == ""
    assert account.submit.isEnabled()
    assert account.state is FormState.IDLE


def test_the_countdown_goes_on_while_the_person_types(filled, clock, qtbot):
    filled.show_failure(Failure(FailureKind.TOO_MANY_ATTEMPTS, 429, retry_after=30))
    qtbot.keyClicks(filled.account.password.edit, "x")
    assert not filled.account.submit.isEnabled()
    clock.now += 1
    filled.account.count_down()
    assert "Wait 29 s" in filled.account.password.error


def test_without_a_network_it_waits_and_signs_in_by_itself(filled, wishes, qtbot):
    click(qtbot, filled.account.submit)
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    account = filled.account
    assert account.submit.text() == "Waiting for the network"
    assert not account.submit.isEnabled()
    assert account.banner.isVisible()
    assert account.banner.accessibleName().startswith("No internet connection")
    assert account.retry_pending
    filled.network_is_back()
    assert len(wishes.asked) == 2
    # A try while it waits is quiet, and failing again keeps the page as it is.
    filled.show_signing_in()
    assert account.submit.text() == "Waiting for the network"
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    assert account.retry_pending
    filled.show_failure(Failure(FailureKind.INVALID_CREDENTIALS))
    assert account.state is FormState.IDLE
    assert not account.retry_pending
    assert not account.banner.isVisible()


def test_the_wait_for_the_network_ends_by_its_own_timer(filled, wishes, qtbot):
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    filled.account._retry.start(1)
    qtbot.waitUntil(lambda: [asked[0] for asked in wishes.asked] == ["sign_in"], timeout=2000)


def test_cancel_ends_the_wait_for_the_network(filled, wishes, qtbot):
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    click(qtbot, filled.account.cancel)
    assert wishes.asked == [("cancel",)]
    filled.network_is_back()
    assert wishes.asked == [("cancel",)]
    assert not filled.account.retry_pending


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FailureKind.SERVER, "Sign-in isn't working right now It's not your password. Try again in a few minutes."),
        (
            FailureKind.NOT_TRUSTED,
            "Not secure The server's certificate isn't trusted, so we stopped. Ask your administrator.",
        ),
        (FailureKind.WRONG_CLOCK, "This computer's clock is wrong Set the time, then try again."),
        (FailureKind.EXPIRED, "Your sign-in has expired Enter your password again."),
        (FailureKind.REPLACED, "This computer was replaced Another device took its place. Sign in to use it again."),
        (
            FailureKind.INTERNAL,
            "Sign-in isn't working right now It's not your password. Try again in a few minutes.",
        ),
    ],
)
def test_other_refusals_are_told_in_a_banner(filled, kind, said):
    filled.show_signing_in()
    filled.show_failure(Failure(kind))
    assert filled.account.banner.isVisible()
    assert filled.account.banner.accessibleName() == said
    assert filled.account.submit.isEnabled()


def test_the_device_that_took_the_place_is_named_where_it_is_known(filled):
    filled.show_failure(Failure(FailureKind.REPLACED, devices=DEVICES[1:2]))
    assert filled.account.banner.accessibleName() == "This computer was replaced by Pixel 8 Sign in to use it again."


@pytest.mark.parametrize("kind", list(FailureKind))
@pytest.mark.parametrize("page", ["account", "sip"])
def test_every_kind_of_failure_leaves_something_to_read_and_something_to_do(view, qtbot, kind, page):
    if page == "sip":
        click(qtbot, view.account.other)
    form = view.sip if page == "sip" else view.account
    for field in (form.address_field(), form.password):
        qtbot.keyClicks(field.edit, "100@sip.example.com")
    view.show_signing_in()
    view.show_failure(Failure(kind, retry_after=30, devices=DEVICES))
    if view.page is form:
        told = [form.banner.isVisible(), form.password.error, form.address_field().error, form.server_field().error]
        assert any(told)
        assert form.submit.isEnabled() or form.cancel.isVisible() or form.state is FormState.LOCKED
    else:
        assert view.page in (view.devices, view.notice)


def test_a_service_that_is_not_found_asks_for_its_address(filled):
    filled.show_failure(Failure(FailureKind.SERVICE_NOT_FOUND))
    service = filled.account.service
    assert service.isVisible()
    assert "Type its address" in service.error
    assert service.edit.hasFocus()


def test_a_server_error_shows_its_code_for_support(filled):
    filled.show_failure(Failure(FailureKind.SERVER, 503))
    assert filled.account.banner.accessibleName().endswith("(503)")


# Three devices


@pytest.fixture
def devices(filled):
    filled.set_who("Mei.Tan@example.com", "100", "Mei Tan")
    filled.show_signing_in()
    filled.show_failure(Failure(FailureKind.DEVICE_LIMIT, 409, devices=DEVICES))
    return filled.devices


def test_too_many_devices_lists_them_with_kind_name_and_last_use_and_chooses_none(devices):
    assert [card.accessibleName() for card in devices.cards] == [
        "IP phone, Level 3 desk · Used today, 09:12",
        "Mobile phone, Pixel 8 · Used yesterday, 18:40",
        "Desktop, OFFICE-PC-07 · Used 3 Nov",
    ]
    assert devices.chosen is None
    assert not devices.replace.isEnabled()


def test_the_button_names_the_device_it_replaces(devices, wishes, qtbot):
    click(qtbot, devices.cards[2])
    assert devices.replace.text() == "Replace OFFICE-PC-07"
    assert devices.note.accessibleName() == "OFFICE-PC-07 will be signed out. You can activate it again later."
    click(qtbot, devices.replace)
    assert wishes.asked[-1] == ("replace_device", "d3")
    assert devices.replace.busy


def test_arrows_choose_a_device_and_the_cards_are_one_stop(devices, qtbot):
    assert devices.cards[0].hasFocus()
    qtbot.keyClick(devices.cards[0], Qt.Key.Key_Down)
    assert devices.chosen.id == "d2"
    stops = [card for card in devices.cards if card.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [devices.cards[1]]


def test_a_refusal_while_replacing_is_told_beside_the_devices(devices, filled, qtbot):
    click(qtbot, devices.cards[0])
    click(qtbot, devices.replace)
    filled.show_signing_in()
    filled.show_failure(Failure(FailureKind.SERVER, 503))
    assert filled.page is devices
    assert devices.failure.isVisible()
    assert not devices.replace.busy


def test_the_wait_for_the_network_while_replacing_tries_again_on_the_same_page(devices, filled, wishes, qtbot):
    click(qtbot, devices.cards[0])
    click(qtbot, devices.replace)
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    assert filled.page is devices
    assert "No internet connection" in devices.failure.accessibleName()
    click(qtbot, devices.replace)
    assert wishes.asked[-1] == ("replace_device", "d1")


def test_another_account_starts_from_an_empty_form(devices, filled, qtbot):
    click(qtbot, devices.other)
    assert filled.page is filled.account
    assert filled.account.email.text() == ""
    assert filled.account.password.text() == ""


def test_cancel_while_replacing_stops_it_and_stays(devices, filled, wishes, qtbot):
    click(qtbot, devices.cards[0])
    click(qtbot, devices.replace)
    click(qtbot, devices.other)
    assert wishes.asked[-1] == ("cancel",)
    assert filled.page is devices
    assert not devices.replace.busy


# No licence, no extension


def test_no_licence_gives_a_message_to_copy_and_a_way_to_try_again(filled, wishes, qtbot):
    filled.set_who("mei.tan@example.com", "100", "Mei Tan")
    filled.show_failure(Failure(FailureKind.NO_LICENCE, 403))
    notice = filled.notice
    assert notice.title.plain_text() == "Extension 100 has no desktop licence"
    click(qtbot, notice.copy)
    message = "Please add a Desktop licence to extension 100 (Mei Tan), so I can sign in on my computer."
    assert QGuiApplication.clipboard().text() == message
    assert notice.copy.text() == "Copied"
    click(qtbot, notice.again_button)
    assert wishes.asked[-1][0] == "sign_in"
    assert notice.again_button.busy


def test_no_licence_without_a_known_extension_names_the_email(filled):
    filled.show_failure(Failure(FailureKind.NO_LICENCE, 403))
    assert filled.notice.title.plain_text() == "Your extension has no desktop licence"
    assert "(mei.tan@example.com)" in filled.notice.message.plain_text()


def test_what_is_known_of_one_account_is_not_said_of_another(filled):
    filled.set_who("somebody.else@example.com", "107", "Somebody Else")
    filled.show_failure(Failure(FailureKind.NO_LICENCE, 403))
    assert filled.notice.title.plain_text() == "Your extension has no desktop licence"
    assert "(mei.tan@example.com)" in filled.notice.message.plain_text()


def test_no_extension_says_whom_to_ask(filled):
    filled.show_failure(Failure(FailureKind.NO_EXTENSION, 403))
    assert filled.notice.body.plain_text() == "No extension is assigned to you yet. Ask your administrator."


# Other SIP account


def test_another_sip_account_connects_with_nothing_but_address_and_password(sip, wishes, qtbot):
    click(qtbot, sip.sip.submit)
    assert wishes.asked == [("sign_in_sip", "100@sip.example.com", Secret("harbour-lights-42"), None, None, None, True)]


def test_server_settings_are_closed_until_asked_for(sip, wishes, qtbot):
    assert not sip.sip.server.isVisible()
    click(qtbot, sip.sip.settings)
    assert sip.sip.server.isVisible()
    qtbot.keyClicks(sip.sip.server.edit, "10.0.0.5:5070")
    sip.sip.security.set_index(2)
    click(qtbot, sip.sip.submit)
    assert wishes.asked[-1][3:6] == ("10.0.0.5:5070", "tls", None)


def test_an_authentication_name_is_taken_along_and_stays_as_it_is_while_connecting(sip, wishes, qtbot):
    assert not sip.sip.auth_name.isVisible()
    click(qtbot, sip.sip.settings)
    assert not sip.sip.auth_name.isVisible()
    click(qtbot, sip.sip.advanced)
    assert sip.sip.auth_name.edit.hasFocus()
    assert not sip.sip.advanced.isVisible()
    qtbot.keyClicks(sip.sip.auth_name.edit, " line-7 ")
    qtbot.keyClick(sip.sip.auth_name.edit, Qt.Key.Key_Return)
    assert wishes.asked[-1][5] == "line-7"
    sip.show_signing_in()
    assert sip.sip.auth_name.edit.isReadOnly()


@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        (FailureKind.BAD_ADDRESS, "address", "Type it like 100@sip.example.com."),
        (FailureKind.FORBIDDEN, "password", "Wrong SIP address or password. Check both."),
        (
            FailureKind.SERVER_NOT_FOUND,
            "server",
            "We can't find sip.example.com. Check the address or your network.",
        ),
    ],
)
def test_a_refused_sip_account_is_told_at_its_field(sip, kind, field, said):
    sip.show_signing_in()
    assert sip.sip.submit.text() == "Connecting"
    sip.show_failure(Failure(kind))
    assert getattr(sip.sip, field).error == said
    assert getattr(sip.sip, field).isVisible()


def test_a_silent_sip_server_is_named(sip):
    sip.show_failure(Failure(FailureKind.TIMED_OUT, 408))
    assert sip.sip.banner.accessibleName().startswith("sip.example.com doesn't answer")


def test_back_returns_to_the_account(sip, qtbot):
    click(qtbot, sip.sip.back_button)
    assert sip.page is sip.account
    assert sip.account.email.edit.hasFocus()


# Keychain, demo, who


def test_without_a_keychain_the_box_is_off_and_says_why(filled, wishes, qtbot):
    filled.set_keychain_available(False)
    assert not filled.account.keep.isEnabled()
    assert not filled.account.keep.isChecked()
    assert filled.account.keep_note.plain_text() == "This computer has no safe place for the password."
    assert filled.account.keep_note.isVisible()
    click(qtbot, filled.account.submit)
    assert wishes.asked[-1][-1] is False


def test_the_demo_is_offered_only_when_it_can_run(view, wishes, qtbot):
    assert not view.account.demo.isVisible()
    view.set_demo_available(True)
    assert view.account.demo.isVisible()
    click(qtbot, view.account.demo.button)
    assert wishes.asked == [("demo",)]


def test_a_known_email_leaves_only_the_password_to_type(view):
    view.set_email("mei.tan@example.com")
    view.focus_first()
    assert view.account.password.edit.hasFocus()


# Keyboard, reading direction, text size


def tab_order(view, first):
    found, widget = [], first
    while True:
        widget = widget.nextInFocusChain()
        if widget is first:
            return found
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            found.append(widget)


def test_tab_goes_email_password_eye_keep_sign_in_other_demo(filled):
    filled.set_demo_available(True)
    account = filled.account
    order = tab_order(filled, account.email.edit)
    wanted = [account.password.edit, account.password.eye, account.keep, account.submit, account.other]
    assert order[: len(wanted)] == wanted
    assert order[-1] is account.demo.button


@pytest.mark.parametrize("page", ["account", "sip", "devices", "notice"])
def test_every_control_has_a_name(filled, page):
    if page == "devices":
        filled.show_devices(DEVICES)
    elif page == "notice":
        filled.show_failure(Failure(FailureKind.NO_LICENCE))
    elif page == "sip":
        filled.account.other_sip.emit()
        filled.sip.settings.setChecked(True)
    controls = [w for w in filled.page.findChildren(QWidget) if isinstance(w, (PaintedButton, QLineEdit))]
    assert len(controls) >= 3
    for control in controls:
        if control.isVisible():
            assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name), control


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.15, 1.3])
def test_no_word_of_the_form_is_cut_at_any_text_size(filled, look, scale):
    look.set_text_scale(scale)
    filled.resize(340, 560)
    QApplication.sendPostedEvents()
    for button in filled.account.findChildren(PaintedButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width(), button.text()


def test_right_to_left_mirrors_the_page_but_not_a_sip_address(view, qtbot):
    app = QApplication.instance()
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        QApplication.sendPostedEvents()
        account = view.account
        eye = account.password.eye
        assert eye.mapTo(account.password, eye.rect().center()).x() < account.password.width() / 2
        keep = account.keep
        assert keep.mapTo(view, keep.rect().center()).x() > view.width() / 2
        assert view.sip.address.edit.layoutDirection() == Qt.LayoutDirection.LeftToRight
    finally:
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_trying_again_without_a_password_asks_for_it(filled, wishes, qtbot):
    filled.show_failure(Failure(FailureKind.NO_LICENCE, 403))
    filled.account.forget_password()
    click(qtbot, filled.notice.again_button)
    assert wishes.asked == []
    assert filled.page is filled.account
    assert filled.account.password.edit.hasFocus()


def test_no_network_after_trying_again_waits_on_the_form(filled, qtbot):
    filled.show_failure(Failure(FailureKind.NO_LICENCE, 403))
    click(qtbot, filled.notice.again_button)
    filled.show_failure(Failure(FailureKind.NO_NETWORK))
    assert filled.page is filled.account
    assert filled.account.state is FormState.WAITING


def test_being_told_again_of_the_keychain_keeps_the_persons_choice(filled, qtbot):
    click(qtbot, filled.account.keep)
    filled.set_keychain_available(True)
    assert not filled.account.keep.isChecked()


def test_a_cancelled_replacement_stays_on_its_page_when_the_session_is_told_idle(devices, filled, qtbot):
    click(qtbot, devices.cards[0])
    click(qtbot, devices.replace)
    filled.show_idle()
    assert filled.page is devices
    assert not devices.replace.busy
    assert devices.cards[0].isEnabled()
