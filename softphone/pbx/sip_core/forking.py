"""Parallel forking: one INVITE to several devices; the first to answer wins, the others are told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from softphone.pbx.sip_core.dialog import Dialog
from softphone.pbx.sip_core.exchange import Exchange
from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.leg import Leg, LegOwner, Party, asserted_identity
from softphone.pbx.sip_core.messages import ALLOW, address, raw_header, redirected_users

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
_DECLINED = 'SIP;cause=603;text="Declined elsewhere"'


@dataclass(frozen=True)
class Target:
    """Where one branch goes. `url` is the request URI (a SipURL); media children have no device."""

    url: Any
    flow: Flow
    device_id: str | None = None


@dataclass(frozen=True)
class Offered:
    """What each branch is sent: who calls, which number, the body (None asks for an offer), more header fields.

    `extension`: whose devices these are, "" for others.
    """

    caller: Party
    number: str
    called: Party
    body: Any
    headers: tuple[Any, ...] = ()
    max_forwards: int = 70
    extension: str = ""


class ForkListener(Protocol):
    def progressed(self, leg: Leg, response: Any, only: bool) -> None:
        """18x of a branch; `only` when there is no other."""
        ...

    def answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        """2xx of the first branch; the others are cancelled already."""
        ...

    def redirected(self, leg: Leg, numbers: list[str]) -> None:
        """A device forwards (3xx) to these numbers, the best first; its own branch is about to end."""
        ...

    def failed(self, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        """No branch is left."""
        ...


class Fork:
    """The branches to one destination. It ends with exactly one of `answered`, `failed`, or `cancel` by its owner.

    `owner` is the call that the legs belong to.
    """

    def __init__(
        self, exchange: Exchange, owner: LegOwner, listener: ForkListener, targets: list[Target], offered: Offered
    ) -> None:
        self._exchange, self._owner, self._listener = exchange, owner, listener
        self._branches: list[Leg] = []
        self._over = False
        self._refusals: list[tuple[int, str, tuple[Any, ...]]] = []
        self._single = len(targets) == 1
        self._timeout = asyncio.get_running_loop().call_later(exchange.timings.ringing, self._never_answered)
        for target in targets:
            self._invite(target, offered)

    def _invite(self, target: Target, offered: Offered) -> None:
        realm = self._exchange.config.realm
        dialog = Dialog.as_client(
            target.flow,
            target.url,
            local=address(offered.caller.user, realm, offered.caller.name),
            remote=address(offered.number, realm),
        )
        leg = Leg(self._exchange, self._owner, dialog, offered.called, target.device_id, offered.extension)
        self._branches.append(leg)
        headers = (raw_header("Allow", ALLOW), *asserted_identity(offered.caller, realm), *offered.headers)
        request = dialog.request("INVITE", offered.body, headers, offered.max_forwards)
        leg.client_invite = self._exchange.layer.ask(request, target.flow, partial(self._response, leg))

    def cancel(self, reason: str | None = None) -> None:
        """Stops every branch; quiet when it is over already."""
        self._over = True
        self._timeout.cancel()
        for leg in self._branches:
            leg.hang_up(cause=reason)
        self._branches.clear()

    def drop(self, gone: Callable[[Leg], bool]) -> None:
        """A device that is no longer one of ours, or no longer there."""
        for leg in [leg for leg in self._branches if gone(leg)]:
            leg.hang_up()
            self._refuse(leg, 480, "Temporarily Unavailable", ())

    @property
    def only_branch(self) -> Leg | None:
        return self._branches[0] if self._single and self._branches else None

    def _response(self, leg: Leg, response: Any, transaction: Any) -> None:
        code, reason = response.getSCode()
        if code == 100:
            return
        if code < 200:
            leg.dialog.early(response)
            if not self._over:
                leg.last_sdp = response.getBody() or leg.last_sdp
                self._listener.progressed(leg, response, self._single)
        elif code < 300:
            self._answered(leg, response, transaction)
        elif not leg.ended:
            leg.client_invite = None
            leg.hang_up()
            if code < 400 and not self._over:
                self._listener.redirected(leg, redirected_users(response))
            self._refuse(leg, code, reason, _told(response))

    def _answered(self, leg: Leg, response: Any, transaction: Any) -> None:
        has_dialog = leg.dialog.confirm(response)
        leg.client_invite = None
        if self._over or leg.ended:  # its answer crossed our CANCEL: acknowledged by the transaction, then ended
            if has_dialog:
                self._exchange.layer.ask(leg.dialog.request("BYE"), leg.dialog.flow)
            return
        if not has_dialog:
            leg.hang_up()
            self._refuse(leg, 502, "Bad Gateway", ())
            return
        self._over = True
        self._timeout.cancel()
        leg.confirm()
        leg.last_sdp = response.getBody() or leg.last_sdp
        self._branches.remove(leg)
        for other in self._branches:
            other.hang_up(cause=ELSEWHERE)
        self._branches.clear()
        self._listener.answered(leg, response, transaction)

    def _refuse(self, leg: Leg, code: int, reason: str, headers: tuple[Any, ...]) -> None:
        if self._over or leg not in self._branches:
            return
        self._branches.remove(leg)
        self._refusals.append((*_for_caller(code, reason, leg.device_id is None), headers))
        if 600 <= code < 700:
            for other in self._branches:
                other.hang_up(cause=_DECLINED)
            self._branches.clear()
        if not self._branches:
            self._over = True
            self._timeout.cancel()
            best = min(self._refusals, key=lambda refusal: rank(refusal[0]))
            self._listener.failed(best[0], best[1], best[2])

    def _never_answered(self) -> None:
        self.cancel()
        self._listener.failed(480, "No Answer", ())


def rank(code: int) -> int:
    """RFC 3261 16.7, step 6: which refusal of several the caller gets."""
    if code >= 600:
        return 0
    return {486: 1, 480: 8, 408: 9, 503: 11}.get(code, 10 if code >= 500 else 5)


def _for_caller(code: int, reason: str, media: bool) -> tuple[int, str]:
    """A device's trouble with us (a challenge, a redirection, silence) means to the caller that it is not there."""
    if code < 400 or code in (401, 407, 408, 487) or (not media and code in (404, 410, 481, 503)):
        return 480, "Temporarily Unavailable"
    return code, reason


def _told(response: Any) -> tuple[Any, ...]:
    return tuple(raw_header(header.name.title(), str(header.body)) for header in response.headers
                 if header.name in ("reason", "retry-after", "warning", "min-se"))  # fmt: skip
