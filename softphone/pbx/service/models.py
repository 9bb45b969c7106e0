"""What goes in and out of the endpoints: checked by these models, and described by them in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from softphone.extension.settings import EMAIL, PLAIN

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


class WellKnownModel(BaseModel):
    account_api: str


class ErrorModel(BaseModel):
    pointer: str = Field(description="JSON Pointer (RFC 6901)")
    code: str
    detail: str


class ProblemModel(BaseModel):
    """RFC 9457. `device-limit` also has `devices`, and `token-expired` may have a `reason`."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[ErrorModel] | None = None
