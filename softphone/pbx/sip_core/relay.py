"""In-dialog requests from one leg to the other, bodies untouched, offers and answers in the messages they came in."""

from __future__ import annotations

from typing import Any

from softphone.pbx.sip_core.leg import Leg
from softphone.pbx.sip_core.messages import passed_headers, raw_header


def relay_request(source: Leg, destination: Leg | None, request: Any, transaction: Any) -> None:
    if request.getMethod() == "INVITE":
        _relay_invite(source, destination, request, transaction)
    else:
        _relay_other(source, destination, request, transaction)


def _relay_invite(source: Leg, destination: Leg | None, request: Any, transaction: Any) -> None:
    """A late offer's answer is in the ACK of `source`: the ACK of `destination` waits for it."""
    source.server_invite = transaction
    late_offer = request.getBody() is None

    def answered(response: Any, client: Any) -> None:
        code, reason = response.getSCode()
        if code >= 300:
            source.reject(code, reason, _told(response))
            if code in (408, 481) and destination is not None and not destination.ended:
                destination.hang_up()
                destination.owner.leg_ended(destination)
            return
        if late_offer and source.server_invite is not None:
            destination.exchange.layer.hold_ack(client)  # type: ignore[union-attr]

        def acknowledged(body: Any) -> None:
            if late_offer and destination is not None:
                destination.exchange.layer.acknowledge(client, body)

        source.answer(response.getBody(), passed_headers(response), acknowledged)

    if destination is None or not destination.reinvite(request.getBody(), passed_headers(request), answered):
        source.reject(491, "Request Pending")
        return
    client = destination.client_invite

    def cancelled(_when: object = None, _request: object = None) -> None:
        source.server_invite = None  # sippy has answered 487
        destination.exchange.layer.cancel(client)

    transaction.cancel_cb = cancelled


def _relay_other(source: Leg, destination: Leg | None, request: Any, transaction: Any) -> None:
    layer = source.exchange.layer
    if destination is None or destination.ended or destination.dialog.remote_tag is None:
        layer.reply(transaction, 491 if request.getMethod() == "UPDATE" else 480, "Other End Not There Yet")
        return

    def answered(response: Any, _client: Any) -> None:
        code, reason = response.getSCode()
        if code < 200:
            return
        headers = _told(response)
        if request.getMethod() == "UPDATE" and code < 300:
            headers += (source.dialog.contact_header(),)
            destination.last_sdp = response.getBody() or destination.last_sdp
            destination.dialog.refresh_target(response)
        layer.reply(transaction, code, reason, body=response.getBody(), headers=headers)

    destination.send(request.getMethod(), request.getBody(), passed_headers(request), answered)


def _told(response: Any) -> tuple[Any, ...]:
    kept = [raw_header(name.title(), str(header.body)) for name in ("retry-after", "warning", "accept")
            for header in response.headers if header.name == name]  # fmt: skip
    return (*kept, *passed_headers(response))
