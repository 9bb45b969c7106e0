"""Who is signed in, and the line that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.account import Identity, Provisioning, SignedIn
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.number import region_of
from softphone.phone.ports import AccountRequests
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.secret import Secret

LINE = "line-1"


class SessionState(str, Enum):
    STARTING = "starting"  # looking for a saved account
    SIGNED_OUT = "signed_out"
    SIGNING_IN = "signing_in"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class SignInAttempt:
    """What was tried, so that it can be tried again (another device replaced, network back)."""

    email: str
    password: Secret
    service: str | None
    keep: bool


class Session:
    """Sign-in state, identity and provisioning. Main thread only."""

    def __init__(self, account: AccountRequests, publisher: Publisher, service: str | None = None) -> None:
        self._account = account
        self._service = service
        self._publisher = publisher
        self.state = SessionState.STARTING
        self.failure: Failure | None = None
        self.service_failure: Failure | None = None
        self.signed_in: SignedIn | None = None
        self.provisioning: Provisioning | None = None
        self.document: dict[str, object] = {}
        self.etag = ""
        self.kept = True  # False: signed in for this run only
        self.keychain = True  # False: this computer has no safe place for a secret
        self.verifying = False  # a SIP account just typed, its registrar not yet heard
        self.preparing = False  # see `prepare`
        self._keep_sip = True
        self._attempt: SignInAttempt | None = None

    # --- intents --------------------------------------------------------------------------------------------------

    def sign_in(
        self, email: str, password: Secret, *, service: str | None = None, replace_device: str | None = None,
        keep: bool = True,
    ) -> None:  # fmt: skip
        if self.preparing:
            self.preparing, self.state = False, SessionState.SIGNED_OUT
        self._require(SessionState.SIGNED_OUT)
        service = service or self._service
        name, _, domain = email.strip().partition("@")
        if not name or ("." not in domain and not service) or any(c.isspace() for c in email.strip()) or not domain:
            self._refuse(Failure(FailureKind.BAD_ADDRESS, detail="e-mail"))
            return
        self._attempt = SignInAttempt(email.strip(), password, service, keep)
        self._begin()
        self._account.sign_in(email.strip(), password, service, replace_device, keep)

    def prepare(self) -> None:
        """What is to be signed in to is being started (the demo's phone system); `sign_in` or a refusal follows."""
        self._require(SessionState.SIGNED_OUT)
        self._begin()
        self.preparing = True
        self._publisher.publish(Topic.SESSION)

    def replace_device(self, device_id: str) -> None:
        """After DEVICE_LIMIT: the same sign-in, in the place of that device."""
        attempt = self._attempt
        if attempt is None:
            raise Refused(Failure(FailureKind.NOT_NOW, detail="replace_device"))
        self.sign_in(
            attempt.email, attempt.password, service=attempt.service, replace_device=device_id, keep=attempt.keep
        )

    def sign_in_sip(
        self, address: str, password: Secret, *, server: str | None = None, transport: str | None = None,
        auth_username: str | None = None, display_name: str = "", keep: bool = True,
    ) -> None:  # fmt: skip
        """Any SIP account: `address` is user@domain, `server` host[:port], transport udp, tcp or tls.

        It counts as signed in once its registrar has granted a registration.
        """
        self._require(SessionState.SIGNED_OUT)
        bare = address.strip().removeprefix("sip:")
        user, _, domain = bare.rpartition("@")
        if not user or not domain or any(c in ' <>"@' for c in user + domain) or len(bare) > 200:
            self._refuse(Failure(FailureKind.BAD_ADDRESS, detail="sip"))
            return
        domain, _, port = domain.partition(":") if not domain.startswith("[") else (domain, "", "")
        self._begin()
        self.provisioning = Provisioning(
            domain=domain,
            username=user,
            auth_username=auth_username or user,
            password=password,
            display_name=display_name,
            registrar=server.strip() if server and server.strip() else (f"{domain}:{port}" if port else None),
            transports=(transport,) if transport else ("udp",),
        )
        self.verifying, self._keep_sip = True, keep
        self._publisher.publish(Topic.SESSION)

    def cancel(self) -> None:
        """Stop signing in."""
        if self.state is SessionState.SIGNING_IN:
            self._account.cancel_sign_in()
            self._ended(None)

    def verified(self, failure: Failure | None) -> None:
        """The first answer of the registrar to a SIP account just typed decides whether it is kept."""
        self.verifying = False
        if failure is not None:
            self._ended(failure)
        elif self.provisioning is not None:
            self.state = SessionState.SIGNED_IN
            self._account.keep_sip_account(self.provisioning, self._keep_sip)
            self._publisher.publish(Topic.SESSION)

    def sign_out(self) -> None:
        self._require(SessionState.SIGNED_IN)
        self._account.sign_out()
        self._ended(None)

    # --- events ---------------------------------------------------------------------------------------------------

    def handle(self, event: object) -> None:
        if isinstance(event, ev.NothingSaved):
            if self.state is SessionState.STARTING:
                self.state = SessionState.SIGNED_OUT
        elif isinstance(event, ev.SignInRefused):
            self._refused(event.failure)
        elif isinstance(event, ev.SessionOpened):
            if self.state not in (SessionState.STARTING, SessionState.SIGNING_IN):
                return  # cancelled meanwhile
            self.signed_in, self.failure, self._attempt = event.session, None, None
            self.state, self.kept = SessionState.SIGNED_IN, True
        elif isinstance(event, ev.ProvisioningLoaded):
            if self.signed_in is not None:
                self.provisioning = event.provisioning
        elif isinstance(event, ev.SipAccountLoaded):
            if self.state is SessionState.STARTING:
                self.provisioning, self.state = event.provisioning, SessionState.SIGNED_IN
        elif isinstance(event, ev.ExtensionLoaded | ev.SettingsSaved):
            if self.signed_in is not None:
                before = self.document.get("network")
                self.document, self.etag = event.document, event.etag
                if before is not None and before != event.document.get("network"):
                    self._account.refresh()  # the service tells another registrar and transport
        elif isinstance(event, ev.ServiceReached):
            self.service_failure = event.failure
        elif isinstance(event, ev.KeychainFailed):
            self.kept, self.keychain = False, False
        elif isinstance(event, ev.SecretRotated):
            if self.signed_in is not None:
                self.signed_in = replace(self.signed_in, refresh_token=event.refresh_token)
        elif isinstance(event, ev.SignedOut):
            self._ended(event.failure)

    # --- what follows from it -------------------------------------------------------------------------------------

    @property
    def identity(self) -> Identity | None:
        provisioning = self.provisioning
        if self.signed_in is not None:
            document = self.document
            caller_id = document.get("caller_id")
            caller_id = caller_id if isinstance(caller_id, dict) else {}
            lists = [caller_id.get("assigned") or [], caller_id.get("numbers") or []]
            ordered = [caller_id.get("number"), *(n for one in lists if isinstance(one, list) for n in one)]
            label = document.get("label") or self.signed_in.name or (provisioning.display_name if provisioning else "")
            return Identity(
                kind="account",
                label=str(label),
                address=self.signed_in.extension,
                email=self.signed_in.email,
                organisation=self.signed_in.organisation,
                caller_ids=tuple(dict.fromkeys(n for n in ordered if isinstance(n, str))),
            )
        if provisioning is not None:
            return Identity("sip", provisioning.display_name or provisioning.username, provisioning.address_of_record)
        return None

    @property
    def region(self) -> str | None:
        """Country for numbers typed in national format: that of the first caller ID; None when not known."""
        identity = self.identity
        return region_of(identity.caller_ids[0]) if identity and identity.caller_ids else None

    def line(self, ca_file: str | None, instance_id: str = "") -> cmd.Register | None:
        """The line to keep registered; None when signed out."""
        p = self.provisioning
        if p is None or not (self.verifying or self.state is SessionState.SIGNED_IN):
            return None
        network = self.document.get("network")
        network = network if isinstance(network, dict) else {}
        local_ip = network.get("local_sip_server_ip")
        return cmd.Register(
            line_id=LINE,
            domain=p.domain,
            username=p.username,
            auth_username=p.auth_username,
            password=p.password,
            display_name=p.display_name,
            registrar=p.registrar,
            outbound_proxy=p.outbound_proxy,
            transport=self._transport(p, network.get("tls")),
            local_sip_server_ip=local_ip if isinstance(local_ip, str) and local_ip else None,
            ca_file=ca_file,
            srtp=p.srtp,
            registration_seconds=p.registration_seconds,
            instance_id=instance_id,
        )

    def _transport(self, provisioning: Provisioning, tls: object) -> str:
        """A plain SIP account's own switch decides; an account's service follows the switch with its provisioning."""
        if tls is True and self.signed_in is None:
            return "tls"
        plain = tls is False and self.signed_in is None
        return next((t for t in provisioning.transports if not (plain and t == "tls")), "udp")

    # --- inside ---------------------------------------------------------------------------------------------------

    def _require(self, state: SessionState) -> None:
        if self.state is not state:
            raise Refused(Failure(FailureKind.NOT_NOW, detail=f"session is {self.state.value}"))

    def _begin(self) -> None:
        self.state, self.failure = SessionState.SIGNING_IN, None
        self._publisher.publish(Topic.SESSION)

    def _refuse(self, failure: Failure) -> None:
        self.failure = failure
        self._publisher.publish(Topic.SESSION)

    def _refused(self, failure: Failure) -> None:
        self.preparing = False
        if self.state in (SessionState.SIGNING_IN, SessionState.STARTING):
            self.state, self.failure = SessionState.SIGNED_OUT, failure

    def _ended(self, failure: Failure | None) -> None:
        self.state, self.failure = SessionState.SIGNED_OUT, failure
        self.signed_in, self.provisioning, self.verifying, self.preparing = None, None, False, False
        self.document, self.etag, self.kept, self.service_failure = {}, "", True, None
        self._publisher.publish(Topic.SESSION)
