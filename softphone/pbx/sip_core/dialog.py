"""A dialog (RFC 3261 12): its identifiers, sequence numbers, remote target and route set; makes its requests."""

from __future__ import annotations

import secrets
from typing import Any

from softphone.pbx.sip_core.flow import Flow
from softphone.pbx.sip_core.messages import contact_url, copy_url, own_contact
from softphone.pbx.sip_core.sippy_library import (
    MsgBody,
    SipAddress,
    SipCallId,
    SipFrom,
    SipHeader,
    SipRequest,
    SipRoute,
    SipTo,
)


class Dialog:
    """One side of a dialog, ours. `remote_tag` is None until the other side has answered."""

    def __init__(
        self, call_id: str, local: Any, remote: Any, target: Any, flow: Flow, contact_user: str, remote_cseq: int = -1
    ) -> None:
        self.call_id = call_id
        self.local, self.remote = local, remote  # SipAddress, without tags
        self.local_tag = secrets.token_hex(10)
        self.remote_tag: str | None = None
        self.local_cseq = secrets.randbelow(10_000) + 1
        self.remote_cseq = remote_cseq
        self.target = target  # SipURL
        self.routes: list[str] = []
        self.flow = flow
        self._contact_user = contact_user

    @classmethod
    def as_server(cls, request: Any, flow: Flow) -> Dialog:
        """From a request that asks for a dialog; its Contact has been checked."""
        dialog = cls(
            call_id=str(request.getHFBody("call-id")),
            local=_without_tag(request.getHFBody("to").address),
            remote=_without_tag(request.getHFBody("from").address),
            target=contact_url(request),
            flow=flow,
            contact_user=str(request.getRURI().username or ""),
            remote_cseq=request.getHFBody("cseq").getCSeqNum(),
        )
        dialog.remote_tag = request.getHFBody("from").getTag()
        dialog.routes = [str(route) for route in request.getHFBodys("record-route")]
        return dialog

    @classmethod
    def as_client(cls, flow: Flow, target: Any, local: Any, remote: Any) -> Dialog:
        return cls(secrets.token_hex(16), local, remote, target, flow, str(local.url.username or ""))

    def request(self, method: str, body: Any = None, headers: tuple[Any, ...] = (), max_forwards: int = 70) -> Any:
        self.local_cseq += 1
        sender, receiver = SipFrom(address=self.local.getCopy()), SipTo(address=self.remote.getCopy())
        sender.setTag(self.local_tag)
        if self.remote_tag is not None:
            receiver.setTag(self.remote_tag)
        request = SipRequest(
            method=method,
            ruri=copy_url(self.target),
            to=receiver,
            fr0m=sender,
            cseq=self.local_cseq,
            callid=SipCallId(self.call_id),
            contact=self.contact() if method in ("INVITE", "UPDATE", "NOTIFY", "SUBSCRIBE", "REFER") else None,
            routes=tuple(SipRoute(route) for route in self.routes),
            target=(self.flow.remote, self.flow.transport),
            body=None if body is None else MsgBody(str(body), body.mtype),
        )
        request.delHFs("expires")  # sippy's own idea for every INVITE
        request.getHFBody("max-forwards").number = max_forwards
        request.appendHeaders(list(headers))
        return request

    def contact(self) -> Any:
        return own_contact(self._contact_user, self.flow)

    def contact_header(self) -> Any:
        return SipHeader(name="contact", body=self.contact())

    def early(self, response: Any) -> None:
        """A provisional response with a tag makes an early dialog."""
        tag = response.getHFBody("to").getTag()
        if tag is not None:
            self.remote_tag = tag

    def confirm(self, response: Any) -> bool:
        """By a 2xx; False when it has no tag, so that there is no dialog."""
        self.early(response)
        self.refresh_target(response)
        routes = [str(route) for route in response.getHFBodys("record-route")]
        self.routes = routes[::-1]
        return self.remote_tag is not None

    def refresh_target(self, message: Any) -> None:
        """RFC 3261 12.2: a re-INVITE's or UPDATE's Contact, or the one of its 2xx."""
        target = contact_url(message)
        if target is not None:
            self.target = target

    @property
    def key(self) -> tuple[str, str]:
        return self.call_id, self.local_tag


def _without_tag(address: Any) -> Any:
    copy = SipAddress(name=address.name, url=address.url.getCopy(), hadbrace=True)
    return copy
