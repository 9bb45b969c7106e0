"""One line: located, registered, kept registered, and told truthfully.

PJSIP's own retries are off: what to try, when and where is decided here, on the sip thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pjsua2 as pj

from softphone.phone.commands import Register
from softphone.phone.events import MessageWaiting, RegistrationChanged
from softphone.phone.failure import Failure, FailureKind
from softphone.phone.registration import RegistrationState as State
from softphone.sip import translate
from softphone.sip.account import Account
from softphone.sip.account_config import account_config
from softphone.sip.locate import Server
from softphone.sip.registration_failure import registration_failure
from softphone.sip.retry import RetrySchedule
from softphone.sip.server_link import ServerLink
from softphone.sip.server_probe import ServerProbe
from softphone.sip.server_round import ServerRound
from softphone.sip.timers import Timer

if TYPE_CHECKING:
    from softphone.sip.user_agent import UserAgent

log = logging.getLogger("line")

#: Without any answer for this long the state is told as failed, while PJSIP goes on repeating the request (every 4 s
#: at most), so that a server that comes back is noticed within seconds.
ANSWER_SECONDS = 4.0
UNREGISTER_SECONDS = 1.0
NEXT_SERVER_SECONDS = 0.2
MAX_STRANGERS = 50


class Line:
    def __init__(self, user_agent: UserAgent, register: Register) -> None:
        self.user_agent = user_agent
        self.register = register
        self.account: Account | None = None
        self.server: Server | None = None
        self.state = State.UNREGISTERED
        self._told: RegistrationChanged | None = None
        self._link = ServerLink(user_agent.net, user_agent.post, self._link_lost)
        self._servers = ServerRound()
        self._strangers: set[str] = set()  # addresses whose calls were refused, and that said
        self._retries = RetrySchedule()
        self._turn = 0  # results of earlier attempts are not ours any more
        self._link_up = False  # a REGISTER was granted and nothing was heard to the contrary
        self._in_flight = False  # a REGISTER without its final answer
        self._again = False  # another one is wanted as soon as that is answered
        self._retry: Timer | None = None
        self._overdue: Timer | None = None
        self.probe = ServerProbe(user_agent.timers, self._send_register)
        self._closing = False
        self._configured: tuple[object, ...] = ()  # what PJSIP's account was made from
        self._unregistered: Callable[[], None] | None = None  # what waits for the answer to an un-REGISTER

    # --- asked by the telephone -------------------------------------------------------------------------------------

    def start(self) -> None:
        self._tell(State.REGISTERING)
        self._locate()

    def replace(self, register: Register) -> None:
        """Take up changed settings; calls go on."""
        changed = register != self.register
        self.register = register
        if changed or self.account is None or self.state is not State.REGISTERED:
            self._servers.forget()
            self._retries.succeeded()
            self.probe.forget()
            # The old binding goes first: its un-REGISTER must not arrive after the new REGISTER.
            self._tell(State.REGISTERING)
            self._leave(self._locate)
        else:
            self._told = None  # whoever asks is told again
            self._tell(State.REGISTERING)
            self._send_register()

    def refresh(self) -> None:
        """Try now; the answer is told even where nothing changed."""
        if self._closing:
            return
        self._told = None
        if self.state is not State.REGISTERED:
            self._tell(State.REGISTERING)
            self._locate()
        elif self._link.relayed or self.server is None:
            self._send_register()
        else:  # our own address on the way to the server may have changed
            self._servers.put_back(self.server)
            self._locate()

    def unregister(self) -> None:
        if self._closing:
            return
        self._closing = True
        if self.state is State.REGISTERED:
            self._tell(State.UNREGISTERING)
        self._leave(self.close)

    def _leave(self, then: Callable[[], None]) -> None:
        """Unregister, and go on when that is answered, or soon if it is not."""
        registered = self.account is not None and self._link_up and not self._in_flight
        self._stop_timers()
        self._turn += 1
        if self.account is None or not registered:
            then()
            return

        def once() -> None:
            if self._unregistered is once:
                self._unregistered = None
                self._stop_timers()
                then()

        self._unregistered = once
        self._retry = self.user_agent.timers.after(UNREGISTER_SECONDS, once)
        try:
            self.account.setRegistration(False)
        except pj.Error as error:
            log.info("cannot unregister: %s", error.reason)
            once()

    @property
    def closing(self) -> bool:
        return self._closing

    @property
    def is_up(self) -> bool:
        return self.state is State.REGISTERED

    def close(self) -> None:
        """Gone; PJSIP's account is dropped once no call needs it."""
        if self.user_agent.lines.get(self.register.line_id) is not self:
            return
        self._stop_timers()
        self._turn += 1
        self._closing = True
        self._tell(State.UNREGISTERED)
        self.user_agent.line_closed(self)

    def drop(self) -> None:
        """Only when no call needs the account."""
        self._link.close()
        self._drop_account()

    # --- attempts ---------------------------------------------------------------------------------------------------

    def _locate(self) -> None:
        self._stop_timers()
        self._turn += 1
        turn = self._turn
        if self._servers.more:  # the next one of those found
            self._connect()
            return

        def located(servers: list[Server] | None, failure: Failure | None) -> None:
            if turn != self._turn:
                return
            if failure is not None or not servers:
                self._failed(failure or Failure(FailureKind.SERVER_NOT_FOUND))
                return
            self._servers.begin(servers)
            self._connect()
            self._know_provider()

        self.user_agent.locate(self.register, located)

    def _know_provider(self) -> None:
        """Calls may come from any address of the provider's; through the relay they come on our own connection."""
        register = self.register

        def found(addresses: frozenset[str] | None, failure: Failure | None) -> None:
            if register == self.register:
                self._servers.know(addresses or ())

        if register.transport == "udp":
            self.user_agent.provider_addresses(register, found)

    def _connect(self) -> None:
        turn, server = self._turn, self._servers.next()

        def connected(local_ip: str | None, failure: Failure | None) -> None:
            if turn != self._turn:
                return
            if failure is not None or local_ip is None:
                self._failed(failure or Failure(FailureKind.INTERNAL))
                return
            self._set_account(server, local_ip)
            self._send_register()

        self._link.open(server, self.register, connected)

    def _set_account(self, server: Server, local_ip: str) -> None:
        """Create PJSIP's account, or point the one there is to this server."""
        proxy, relayed = self._link.proxy, self._link.relayed
        if relayed:
            self.user_agent.need_tcp()
        self.server = server
        wanted = (self.register, proxy, local_ip, relayed)
        if self.account is not None and wanted == self._configured:
            return
        self._configured = wanted
        config = account_config(self.register, proxy, local_ip, relayed=relayed)
        self._in_flight = self._again = False
        if self.account is not None and self.user_agent.has_calls(self):
            self.account.modify(config)  # calls need their account
            return
        self._drop_account()
        account = Account(self)
        account.create(config)
        self.account = account

    def _drop_account(self) -> None:
        if self.account is not None:
            self.account.line = None
            self.account.shutdown()
            self.account = None

    def _send_register(self) -> None:
        self._stop_timers()
        if self.account is None:
            self._locate()
            return
        self._overdue = self.user_agent.timers.after(ANSWER_SECONDS, self._register_overdue)
        if self._in_flight:
            self._again = True
            return
        try:
            self._in_flight = True
            self.account.setRegistration(True)
        except pj.Error as error:
            self._in_flight = False
            log.info("cannot send REGISTER: %s", error.reason)
            self._failed(Failure(FailureKind.OFFLINE, detail=error.reason))

    def _register_overdue(self) -> None:
        """No answer: said so, and when there are other servers, they are tried."""
        failure = Failure(FailureKind.TIMED_OUT, detail="no answer to REGISTER")
        self.probe.forget()  # it was not OPTIONS alone that had no answer
        if self._servers.more:
            self._failed(failure)
        else:  # PJSIP repeats it meanwhile
            self._tell(State.FAILED, self._servers.failed(failure), retry_in=ANSWER_SECONDS)

    # --- what came of it --------------------------------------------------------------------------------------------

    def register_answered(self, code: int, reason: str, expires: int, message: str) -> None:
        self._in_flight = False
        if self._unregistered is not None:
            self.user_agent.timers.after(0.0, self._unregistered)
            return
        if self._closing:
            return
        self._stop_timers()
        if self._again and not 200 <= code < 300:
            self._again = False
            self._send_register()
            return
        self._again = False
        if 200 <= code < 300 and expires > 0:
            self._link_up = True
            self._servers.succeeded()
            self._retries.succeeded()
            self._tell(State.REGISTERED, expires=expires)
            self._link.watch()
            if self.account is not None:
                self.probe.start(self.account, self.register.domain)
            return
        detail = translate.clean(reason, translate.MAX_REASON)
        headers = translate.Headers(message) if message else None
        self._failed(registration_failure(code, detail, headers))

    def _failed(self, failure: Failure) -> None:
        self._stop_timers()
        self._link_up = False
        refused = failure.kind is FailureKind.FORBIDDEN
        if refused:
            self._servers.give_up()
        telling = self._servers.failed(failure)
        if self._servers.more:  # only when all have failed has the line
            delay = NEXT_SERVER_SECONDS
            log.info("%s: %s %s; the next server is tried", self._server_name, failure.kind.value, failure.detail)
            self._tell(State.REGISTERING, keep_failure=True)
        else:
            delay = self._retries.failed(refused=refused, at_least=failure.retry_after)
            self._tell(State.FAILED, telling, retry_in=delay)
        self._retry = self.user_agent.timers.after(delay, self._try_again)

    def _try_again(self) -> None:
        self._tell(State.REGISTERING, keep_failure=True)
        self._locate()

    def _link_lost(self, failure: Failure) -> None:
        """The connection broke (TCP, TLS), or the server's host says that nobody listens there (UDP)."""
        if self._closing:
            return
        log.warning("lost the server: %s %s", failure.kind.value, failure.detail)
        self._link_up = False
        if self._link.relayed:
            self._failed(failure)
        elif self.state is State.REGISTERED:
            self._tell(State.FAILED, failure, retry_in=ANSWER_SECONDS)
            self._send_register()

    # --- messages waiting -------------------------------------------------------------------------------------------

    def summary_received(self, source: str, message: str) -> None:
        counts = translate.messages_waiting(translate.Headers(message).body)
        if counts is not None and self.is_server(source):
            self.user_agent.tell(MessageWaiting(self.register.line_id, new=counts[0], old=counts[1]))

    def is_server(self, source: str) -> bool:
        """Whether a message from `source` ("ip:port") came from the provider, by any address found for it."""
        if self.server is None:
            return False
        if self._link.relayed:
            return source == self._link.proxy
        return self._servers.knows(source)

    def refused_stranger(self, source: str) -> None:
        """Said in full once for each address: a flood may not fill the log."""
        address = source.rpartition(":")[0]
        if address in self._strangers or len(self._strangers) >= MAX_STRANGERS:
            log.debug("another call from %s is refused", source)
            return
        self._strangers.add(address)
        log.warning(
            "a call from %s is refused (403): the line is registered at %s, and its provider has the addresses %s",
            source, self._server_name, " ".join(self._servers.known) if not self._link.relayed else self._link.proxy,
        )  # fmt: skip

    # --- telling ----------------------------------------------------------------------------------------------------

    def _tell(
        self,
        state: State,
        failure: Failure | None = None,
        *,
        retry_in: float | None = None,
        expires: int | None = None,
        keep_failure: bool = False,
    ) -> None:
        if keep_failure and self._told is not None:
            failure = self._told.failure
        self.state = state
        event = RegistrationChanged(
            self.register.line_id,
            state,
            failure,
            retry_in=round(retry_in, 1) if retry_in is not None else None,
            expires=expires,
            transport=self.register.transport,
            server=self._server_name,
        )
        if event != self._told:
            self._told = event
            self.user_agent.tell(event)

    @property
    def _server_name(self) -> str:
        return self.server.host_port if self.server is not None else ""

    def _stop_timers(self) -> None:
        self.probe.stop()
        for timer in (self._retry, self._overdue):
            if timer is not None:
                timer.cancel()
