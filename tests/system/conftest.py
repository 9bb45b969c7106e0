"""Real parts for system tests: a local phone system, a keychain, a home for the application."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from softphone.pbx.kamailio.configuration import KamailioMissing, installation
from softphone.pbx.kamailio.core import KamailioCore
from softphone.pbx.sip_core.sippy_core import SippyCore
from tests.fakes.sip_phone import SipPhone
from tests.system.application import Application
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.secret_service import SecretService


@pytest.fixture(scope="module")
def phone_system() -> Iterator[LocalPhoneSystem]:
    """One local phone system for a module's tests; a test that breaks it starts its own."""
    with LocalPhoneSystem() as system:
        yield system


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="sp-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def secret_service(short_path: Path) -> Iterator[SecretService]:
    with SecretService(short_path) as service:
        yield service


@pytest.fixture
def started() -> Iterator[Callable[..., Application]]:
    """Starts applications; ends them with the test, and shows their logs when it fails."""
    with ExitStack() as stack:

        def start(environment: dict[str, str] | None = None, **options: object) -> Application:
            return stack.enter_context(Application(environment, **options))

        yield start


@pytest.fixture
def signed_in(phone_system: LocalPhoneSystem, started: Callable[..., Application]) -> Callable[..., Application]:
    """Applications that are signed in and registered, as Alice on extension 100 unless told."""

    def start(email: str = "alice@example.com", environment: dict[str, str] | None = None) -> Application:
        application = started(
            {"SOFTPHONE_CA_FILE": phone_system.ca_file, **(environment or {})}, installation=f"desk-of-{email}"
        )
        application.sign_in(email, phone_system.password_of(email), phone_system.service)
        application.registered()
        return application

    return start


@pytest.fixture
def bob(phone_system: LocalPhoneSystem) -> Iterator[SipPhone]:
    """A SIP phone on extension 110."""
    with SipPhone("bob") as phone:
        phone_system.register(phone, "bob@example.com")
        yield phone


@pytest.fixture
def carol(phone_system: LocalPhoneSystem) -> Iterator[SipPhone]:
    """A SIP phone on extension 120."""
    with SipPhone("carol") as phone:
        phone_system.register(phone, "carol@example.com")
        yield phone


@pytest.fixture(params=("sippy", "kamailio"))
def engine(request: pytest.FixtureRequest) -> Callable[..., object]:
    """What makes a phone system's signalling of its settings: the tests of the rules run on both SIP servers."""
    if request.param == "sippy":
        return SippyCore
    try:
        installation()
    except KamailioMissing as missing:
        pytest.skip(str(missing))
    return KamailioCore
