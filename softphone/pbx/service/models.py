"""What goes in and out of the endpoints: checked by these models, and described by them in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from softphone.extension.settings import E164, EMAIL, PLAIN, SPOKEN

Text = Annotated[str, Field(max_length=100, pattern=PLAIN)]
Token = Annotated[str, Field(min_length=1, max_length=500, pattern=PLAIN)]


class Body(BaseModel):
    """Unknown members are ignored, so that a newer client can talk to an older service."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class DeviceBody(Body):
    id: str = Field(min_length=1, max_length=64, pattern=PLAIN, description="The installation's own name for itself")
    type: Literal["ip_phone", "mobile", "desktop"]
    name: Text
    platform: Text = ""
    app_version: Text = ""


class SignInBody(Body):
    email: str = Field(max_length=254, pattern=EMAIL)
    password: str = Field(min_length=1, max_length=1024)
    device: DeviceBody
    replace_device: str | None = Field(default=None, max_length=64)


class RefreshBody(Body):
    refresh_token: Token


class CallerIdRequestBody(Body):
    number: str = Field(max_length=16, pattern=E164)
    note: str = Field(default="", max_length=500, pattern=SPOKEN)


class DeviceNameBody(Body):
    name: str = Field(min_length=1, max_length=100, pattern=PLAIN)


class AccountModel(BaseModel):
    email: str
    name: str
    organisation: str


class TokensModel(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = Field(description="Seconds")
    refresh_token: str
    account: AccountModel
    extension: str


class TurnModel(BaseModel):
    server: str
    username: str
    password: str


class ProvisioningModel(BaseModel):
    domain: str
    registrar: str | None
    outbound_proxy: str | None
    username: str
    auth_username: str
    password: str
    display_name: str
    transports: list[Literal["udp", "tcp", "tls"]]
    stun_servers: list[str]
    turn: TurnModel | None
    srtp: Literal["off", "optional", "mandatory"]
    voicemail_number: str | None
    registration_seconds: int
    revision: str


class DirectoryEntryModel(BaseModel):
    key: str
    label: str
    kind: Literal["extension", "group"]
    presence: Literal["available", "on_call", "dnd", "forwarding", "offline", "unknown"]


class CallModel(BaseModel):
    """One call in the history of the extension."""

    id: str = Field(description="Of this row; `before` takes it")
    call_id: str = Field(description="The same in the history of everyone whom the call concerned")
    direction: Literal["incoming", "outgoing"]
    number: str = Field(description="Of the other side: E.164 or an extension's key; empty when it was hidden")
    name: str
    called: str = Field(description="What the caller dialled")
    started_at: str
    answered_at: str | None
    ended_at: str
    seconds: float = Field(description="Of talk")
    reason: str = Field(
        description="answered, elsewhere, forwarded, voicemail, busy, no_answer, declined, cancelled or failed"
    )
    rule: str = Field(description="The call rule that decided")
    forwarded_by: list[str] = Field(description="Extensions that had forwarded it, the oldest first")
    answered_device: Literal["ip_phone", "mobile", "desktop"] | None
    caller_id: str | None = Field(description="What the other side was shown")


class CallerIdRequestModel(BaseModel):
    id: str
    extension: str
    number: str
    note: str
    state: Literal["checking", "ready", "refused"]
    reason: str
    asked_at: str


class OutboundPatternModel(BaseModel):
    prefix: str = Field(description='Of an E.164 number: "+", "+65", "+1900"')
    action: Literal["allow", "refuse", "passcode"]
    place: str


class OutboundRuleModel(BaseModel):
    """The first pattern that matches decides; none: allowed."""

    id: str
    name: str
    description: str
    patterns: list[OutboundPatternModel]


class SettingChangeModel(BaseModel):
    """The last change of one member."""

    pointer: str
    changed_by: str
    device: str | None = Field(description="Name of the device it was changed on")
    changed_at: str


class WellKnownModel(BaseModel):
    account_api: str


class ErrorModel(BaseModel):
    pointer: str = Field(description="JSON Pointer (RFC 6901)")
    code: str
    detail: str


class ProblemModel(BaseModel):
    """RFC 9457. `device-limit` also has `devices`, `conflict` has `changes`, `token-expired` may have a `reason`."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[ErrorModel] | None = None
    changes: list[SettingChangeModel] | None = Field(
        default=None, description="Of `conflict`: who changed what since the version of If-Match, the newest first"
    )
