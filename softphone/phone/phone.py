"""The telephone: registration, calls, session, settings. Events come in by `handle`, the person's wishes as intents.

Owned by the main thread. It knows no SIP stack, no network and no window; what it wants done goes out by its ports, and
whoever shows it listens to topics (`publisher.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.call import Call
from softphone.phone.calls import Calls
from softphone.phone.extension_settings import ExtensionSettings
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.kept_settings import KeptInMemory
from softphone.phone.number import dial_target, shown
from softphone.phone.party import Party
from softphone.phone.phone_history import PhoneHistory
from softphone.phone.phone_services import PhoneServices
from softphone.phone.phone_sound import SOUND_EVENTS, PhoneSound
from softphone.phone.player import Player
from softphone.phone.ports import AccountRequests, Clock, HistoryStore, SettingsStore, UserAgentPort
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.registration import FOLLOWS, RegistrationState, may_call
from softphone.phone.screening import ScreeningSettings
from softphone.phone.secret import Secret
from softphone.phone.session import LINE, Session, SessionState
from softphone.phone.settings_change import SettingState
from softphone.phone.sound import SoundChoice

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PhoneConfig:
    """Of this installation.

    `region`: ISO 3166 country of the system's locale, a fall-back for national numbers. `service`: base URL of the
    account service when none is typed.
    """

    instance_id: str
    ca_file: str | None = None
    region: str | None = None
    service: str | None = None
    sound: SoundChoice = field(default_factory=SoundChoice)


@dataclass
class Registration:
    """Registration as shown: state, reason, next try (Unix time)."""

    state: RegistrationState = RegistrationState.UNREGISTERED
    failure: Failure | None = None
    next_try: float | None = None
    transport: str = ""
    server: str = ""
    since: float | None = None  # registered without a break


class Phone(PhoneSound, PhoneServices, PhoneHistory):
    """See the module's text. Intents raise `Refused` when the state does not allow them; buttons ask first."""

    def __init__(
        self,
        user_agent: UserAgentPort,
        account: AccountRequests,
        history: HistoryStore,
        clock: Clock,
        config: PhoneConfig,
        settings_store: SettingsStore | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._account = account
        self._history = history
        self._clock = clock
        self._config = config
        self.publisher = Publisher()
        self.on = self.publisher.on
        PhoneSound.__init__(self, user_agent, self.publisher, config.sound)
        PhoneServices.__init__(self, account, self.publisher, lambda: self.session.signed_in is not None)
        self.session = Session(account, self.publisher, config.service)
        self.settings = ExtensionSettings(
            account, settings_store or KeptInMemory(), self.publisher, lambda: self.directory, clock.now
        )
        self.calls = Calls(user_agent, history, clock, self.publisher, self._screening_settings)
        self.tick = self.calls.tick
        self.player = Player(user_agent, self.publisher, lambda: bool(self.calls.alive))
        self.registration = Registration()
        self.directory: dict[str, DirectoryEntry] = {}
        self.mailbox_new = 0
        self.quality_watched = False
        self._user_agent_up = False
        self._line: cmd.Register | None = None  # as last asked for
        PhoneHistory.__init__(self, history, clock, self.publisher)
        self.publisher.on(Topic.SETTINGS, self._settings_changed)

    # --- intents --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up the saved account, if there is one."""
        self._account.restore()

    def call(self, text: str, caller_id: str | None = None) -> Call:
        """Dial what was typed or pasted. Raises `Refused`: BAD_NUMBER, OFFLINE, TOO_MANY_CALLS, NOT_NOW."""
        if self.session.state is not SessionState.SIGNED_IN:
            raise Refused(Failure(FailureKind.OFFLINE, detail="not signed in"))
        target = dial_target(text, self.region)
        if not may_call(self.registration.state):
            raise Refused(self.registration.failure or Failure(FailureKind.OFFLINE))
        return self.calls.dial(LINE, target, caller_id or self.settings.own_caller_id(target.user))

    def silence(self, call_id: str) -> None:
        """Stop ringing, without an answer."""
        self.calls.silence(call_id)

    def watch_quality(self, on: bool) -> None:
        """Whether a visible window shows call quality; `measure` is then worth asking every second."""
        self.quality_watched = on
        if on:
            self.measure()

    def measure(self) -> None:
        """Ask for the statistics of the calls there are; they arrive in `call.measured` (Topic.CALLS)."""
        if any(call.media_active for call in self.calls.alive):
            self._user_agent.send(cmd.ReportStatistics())

    def register_now(self) -> None:
        """Try now."""
        self._user_agent.send(cmd.RefreshRegistration(LINE))

    def sign_in_sip(
        self,
        address: str,
        password: Secret,
        *,
        server: str | None = None,
        transport: str | None = None,
        auth_username: str | None = None,
        keep: bool = True,
    ) -> None:
        """Any SIP account; see `Session.sign_in_sip`. Account sign-in is `phone.session.sign_in`."""
        self.session.sign_in_sip(
            address, password, server=server, transport=transport, auth_username=auth_username, keep=keep
        )
        self._register()

    def cancel_sign_in(self) -> None:
        verifying = self.session.verifying
        self.session.cancel()
        if verifying:
            self._signed_out()

    def sign_out(self) -> None:
        """Ends calls, unregisters, revokes this device."""
        self.calls.end_all()
        self.session.sign_out()
        self.settings.close(forget=True)
        self._signed_out()

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def region(self) -> str | None:
        return self.session.region or self._config.region

    def now(self) -> float:
        """Unix time in seconds, by the telephone's clock."""
        return self._clock.now()

    def trust(self, ca_file: str | None) -> None:
        """An organisation's CA, trusted in addition to the system's."""
        self._config = replace(self._config, ca_file=ca_file)

    @property
    def can_call(self) -> bool:
        return self.session.state is SessionState.SIGNED_IN and may_call(self.registration.state)

    def name_of(self, party: Party) -> str:
        """The name to show: the directory's, else the one on the wire, else the number; "" when it is hidden."""
        entry = self.directory.get(party.user)
        if entry is not None and self._ours(party.host):
            return entry.label
        if party.hidden:
            return ""
        return party.name or self.number_of(party)

    def number_of(self, party: Party) -> str:
        """The number to show: grouped; a SIP address without our own domain."""
        if party.user.lstrip("+").isdigit() or self._ours(party.host):
            return shown(party.user)
        return party.address

    def address_of(self, party: Party) -> str:
        """What to dial to reach somebody: the number alone where it is one of ours or of the world's."""
        number = party.user.lstrip("+*#").replace("*", "").isdigit()
        return party.user if number and (self._ours(party.host) or party.user.startswith("+")) else party.address

    # --- events ---------------------------------------------------------------------------------------------------

    def handle(self, event: ev.Event) -> None:
        """Everything that happens comes here, one at a time."""
        if isinstance(event, ev.InviteReceived):
            self.calls.invite_received(event)
        elif isinstance(event, ev.FilePlayed):
            self.player.played(event)
        elif isinstance(event, ev.FileMeasured):
            self.player.measured(event)
        elif isinstance(event, SOUND_EVENTS):
            self._sound_event(event)
        elif hasattr(event, "call_id"):
            self.calls.handle(event)
            if isinstance(event, ev.MediaMeasured) and self.registration.state is not RegistrationState.REGISTERED:
                self.calls.connection_lost()
        elif isinstance(event, ev.RegistrationChanged):
            self._registration_changed(event)
        elif isinstance(event, ev.UserAgentReady):
            self._user_agent_ready()
        elif isinstance(event, ev.UserAgentDied):
            self._user_agent_died(event)
        elif isinstance(event, ev.MessageWaiting):
            if event.new != self.mailbox_new and self.voicemails.available:
                self.voicemails.load()
            self.mailbox_new = event.new
            self.publisher.publish(Topic.MAILBOX)
        elif isinstance(event, ev.ServerCallsLoaded):
            if self.session.signed_in is not None:
                self.settings.keep_last_call(self._server_calls_loaded(event.rows, self.settings.last_call))
        elif isinstance(event, ev.ServiceEvent):
            if self.session.signed_in is not None:
                self._service_event(event)
        elif isinstance(event, ev.DirectoryLoaded):
            self.directory = {entry.key: entry for entry in event.entries}
            self.publisher.publish(Topic.DIRECTORY)
        elif isinstance(event, ev.HistoryLoaded):
            self._history_loaded(event)
            if self.session.signed_in is not None:
                self._account.load_calls()
        elif isinstance(event, ev.StoreFailed):
            self.publisher.publish(Topic.NOTICE, event.failure)
        else:
            self._session_event(event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _session_event(self, event: object) -> None:
        was_in = self.session.state is SessionState.SIGNED_IN
        self.session.handle(event)
        self._follow_session()
        if isinstance(event, ev.ServiceReached):
            self.settings.service_reached(event.failure)
        elif self.session.signed_in is None:
            pass
        elif isinstance(event, ev.ExtensionLoaded):
            self.settings.loaded(event.document, event.etag)
        elif isinstance(event, ev.SettingsSaved):
            self.settings.save_answered(event.document, event.etag)
        elif isinstance(event, ev.SettingsRefused):
            self.settings.save_refused(event.failure)
        elif isinstance(event, ev.SettingAuthorsLoaded):
            self.settings.authors_loaded(event.authors)
        if was_in and self.session.state is not SessionState.SIGNED_IN:
            self._signed_out()
        else:
            self._follow_line()
        self.publisher.publish(Topic.SESSION)

    def _follow_session(self) -> None:
        """The settings are those of whoever is signed in."""
        session, settings = self.session, self.settings
        if session.state is not SessionState.SIGNED_IN:
            if settings.is_open:
                settings.close(forget=False)
        elif not settings.is_open:
            if session.signed_in is not None:
                settings.open_account(session.signed_in.email.lower())
            elif session.provisioning is not None:
                settings.open_plain(session.provisioning)

    def _settings_changed(self, _: object) -> None:
        """Line, identity and screening follow, before any listener of the topic looks: this one is the first."""
        settings = self.settings
        if settings.saved is not None and (settings.kept_here or not self.session.document):
            self.session.document = settings.saved.to_json()
        self._follow_line()
        self.calls.settings_changed()

    def _follow_line(self) -> None:
        """Register anew when what is to be registered has changed."""
        if self.session.state is SessionState.SIGNED_IN and self.session.line(None) != self._line:
            self._register()

    def _register(self) -> None:
        self._line = self.session.line(None)
        line = self.session.line(self._config.ca_file, self._config.instance_id)
        if line is not None and self._user_agent_up:
            if self.registration.state is not RegistrationState.REGISTERED:
                self.registration.state = RegistrationState.REGISTERING
                self.publisher.publish(Topic.REGISTRATION)
            self._user_agent.send(line)

    def _signed_out(self) -> None:
        self.calls.end_all()
        self._line = None
        self._user_agent.send(cmd.Unregister(LINE))
        self.registration = Registration()
        self.directory, self.mailbox_new = {}, 0
        self._clear_services()
        for topic in (Topic.REGISTRATION, Topic.DIRECTORY, Topic.MAILBOX):
            self.publisher.publish(topic)

    def _registration_changed(self, event: ev.RegistrationChanged) -> None:
        if self.session.verifying:
            if event.state is RegistrationState.REGISTERED:
                self.session.verified(None)
                self._follow_session()
            elif event.state is RegistrationState.FAILED:
                self.session.verified(event.failure or Failure(FailureKind.SERVER))
                self._signed_out()
                return
        if self.session.state is not SessionState.SIGNED_IN:
            return  # the last word of a line that was signed out
        now, current = self._clock.now(), self.registration
        if event.state not in FOLLOWS[current.state]:
            log.warning("registration went from %s to %s", current.state.value, event.state.value)
        registered = event.state is RegistrationState.REGISTERED
        self.registration = Registration(
            state=event.state,
            failure=event.failure,
            next_try=now + event.retry_in if event.retry_in is not None else None,
            transport=event.transport,
            server=event.server,
            since=(current.since or now) if registered else None,
        )
        self.publisher.publish(Topic.REGISTRATION)
        refused = event.failure is not None and event.failure.kind is FailureKind.FORBIDDEN
        if refused and current.state is not RegistrationState.FAILED and self.session.signed_in is not None:
            self._account.refresh()  # the secret may have been renewed, or this device revoked

    def _user_agent_ready(self) -> None:
        self._user_agent_up = True
        self._sound_ready()
        self._register()
        self.calls.user_agent_ready()

    def _user_agent_died(self, event: ev.UserAgentDied) -> None:
        self._user_agent_up = False
        self.calls.user_agent_died()
        self.player.user_agent_died()
        self._sound_trouble(ev.SoundTrouble("found"))  # what the next child finds, it tells anew
        if self.session.state is SessionState.SIGNED_IN:
            self.registration = Registration(
                RegistrationState.FAILED,
                Failure(FailureKind.INTERNAL, detail=event.cause),
                next_try=self._clock.now() + event.restart_in,
            )
            self.publisher.publish(Topic.REGISTRATION)

    def _screening_settings(self) -> ScreeningSettings:
        settings = self.settings
        unsaved = settings.state("/dnd") in (SettingState.PENDING, SettingState.WAITING)
        return ScreeningSettings(settings.document, settings.kept_here, unsaved, self.region)

    def _ours(self, host: str) -> bool:
        provisioning = self.session.provisioning
        return not host or provisioning is None or host.lower() == provisioning.domain.lower()
