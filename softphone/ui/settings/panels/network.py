"""Network: how this computer reaches the phone system, and how it does now."""

from __future__ import annotations

from softphone.extension.document import Json
from softphone.ui import text_network as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.local_server_editor import LocalServerEditor
from softphone.ui.settings.setting import CustomKind, Page, Rows, Setting, SwitchKind, ValueKind
from softphone.ui.text_main import status_words


def page() -> Page:
    return Page(
        "network", words.network(), "network", "phone", words.about(),
        parts=(
            Rows((
                Setting(
                    "tls", words.tls(), SwitchKind(), "/network/tls", help_of=_tls_help, keywords=words.keywords(),
                    done=lambda _, on: words.tls_done(bool(on)),
                ),
                Setting(
                    "local_sip_server", words.local_server(), CustomKind(lambda *_: LocalServerEditor()),
                    "/network/local_sip_server_ip", words.local_server_help(), keywords=words.keywords(),
                    done=lambda _, address: words.local_server_done(str(address or "")),
                ),
            )),
            Rows(
                (
                    Setting("connection", words.state(), ValueKind(), read=_state),
                    Setting("server", words.server(), ValueKind(), read=_server),
                    Setting("transport", words.transport(), ValueKind(), read=_transport),
                ),
                words.connection(),
            ),
        ),
    )  # fmt: skip


def _tls_help(context: SettingsContext) -> str:
    provisioning = context.phone.session.provisioning
    return words.tls_help(provisioning is not None and provisioning.srtp != "off")


def _state(context: SettingsContext) -> Json:
    registration = context.phone.registration
    trying = registration.next_try is not None
    return status_words(registration.state, on_call=False, trying=trying, been_registered=True)[0]


def _server(context: SettingsContext) -> Json:
    return context.phone.registration.server or words.none()


def _transport(context: SettingsContext) -> Json:
    transport = context.phone.registration.transport
    return words.transport_words(transport) if transport else words.none()
