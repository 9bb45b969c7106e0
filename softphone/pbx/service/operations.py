"""Every operation of the account API that is served, once: the routes and the OpenAPI document are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from softphone.extension.settings import Settings
from softphone.pbx.service import models
from softphone.pbx.service.endpoints import CALLS_AT_MOST, CALLS_UNLESS_ASKED, LARGEST_ID, Asked, Endpoints
from softphone.pbx.service.requests import BODY_AT_MOST

JSON_TYPE = "application/json"
MERGE_PATCH_TYPE = "application/merge-patch+json"


@dataclass(frozen=True)
class Parameter:
    """One parameter of the query. `schema` is JSON Schema; the endpoint reads it with `requests.query_integer`."""

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """`body` and `result` are models, dataclasses or generic aliases of them; None is no content.

    `path` may have `{names}`, which the endpoint finds in `Asked.path`. `takes` is the media type of a body that is no
    JSON, of at most `takes_at_most` bytes, which comes as bytes; `gives` that of such an answer.
    """

    method: str
    path: str  # under the base URL
    summary: str
    run: Callable[[Any, Asked], Response]  # its first argument is the object of the `Part`
    result: Any = None
    status: int = 200
    body: type[BaseModel] | None = None
    merge_patch: bool = False  # the body is a merge patch of the result
    anyone: bool = False  # no access token is asked
    checks_password: bool = False  # slow on purpose
    problems: tuple[str, ...] = ()
    query: tuple[Parameter, ...] = ()
    takes: str | None = None
    takes_at_most: int = BODY_AT_MOST
    gives: str | None = None

    @property
    def path_names(self) -> list[str]:
        return re.findall(r"{([a-z_]+)}", self.path)


@dataclass(frozen=True)
class Part:
    """Operations that belong together, and the object whose methods run them."""

    operations: tuple[Operation, ...]
    endpoints: Any


OPERATIONS = (
    Operation(
        "POST", "/sessions", "Sign in on a device", Endpoints.sign_in, models.TokensModel, 201, models.SignInBody,
        anyone=True, checks_password=True,
        problems=("invalid-credentials", "no-extension", "no-desktop-licence", "device-limit", "too-large", "invalid",
                  "too-many-attempts"),
    ),
    Operation(
        "POST", "/sessions/refresh", "Spend the refresh token for new tokens", Endpoints.refresh, models.TokensModel,
        200, models.RefreshBody, anyone=True, problems=("token-expired", "no-desktop-licence", "too-large", "invalid"),
    ),
    Operation(
        "DELETE", "/sessions/current", "Sign out; the device is deactivated", Endpoints.sign_out, status=204,
        problems=("token-expired",),
    ),
    Operation(
        "GET", "/provisioning", "How to register with SIP", Endpoints.provisioning, models.ProvisioningModel,
        problems=("token-expired", "no-extension"),
    ),
    Operation(
        "GET", "/extension", "The settings of the extension", Endpoints.extension, Settings,
        problems=("token-expired", "no-extension"),
    ),
    Operation(
        "PATCH", "/extension", "Change settings", Endpoints.patch_extension, Settings, merge_patch=True,
        problems=("token-expired", "no-extension", "locked", "conflict", "too-large", "invalid"),
    ),
    Operation(
        "GET", "/directory", "Extensions and groups, with their presence", Endpoints.directory,
        list[models.DirectoryEntryModel], problems=("token-expired",),
    ),
    Operation(
        "GET", "/extension/changes", "Who changed which setting since a version", Endpoints.changes,
        list[models.SettingChangeModel], problems=("token-expired",),
        query=(Parameter("since", "An ETag of the extension; without it, all that is remembered", {"type": "string"}),),
    ),
    Operation(
        "DELETE", "/extension/devices/{id}", "Deactivate a device of the extension; its session ends",
        Endpoints.deactivate_device, status=204, problems=("token-expired", "not-found"),
    ),
    Operation(
        "PATCH", "/extension/devices/{id}", "Rename a device of the extension", Endpoints.rename_device, status=204,
        body=models.DeviceNameBody, problems=("token-expired", "not-found", "too-large", "invalid"),
    ),
    Operation(
        "GET", "/calls", "The call history of the extension, the newest first", Endpoints.calls,
        list[models.CallModel], problems=("token-expired", "invalid"),
        query=(
            Parameter("before", "Only calls before the row of this id",
                      {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}),
            Parameter("limit", "At most so many",
                      {"type": "integer", "minimum": 1, "maximum": CALLS_AT_MOST, "default": CALLS_UNLESS_ASKED}),
        ),
    ),
    Operation(
        "POST", "/caller-id-requests", "Ask for a new caller ID", Endpoints.request_caller_id,
        models.CallerIdRequestModel, 202, models.CallerIdRequestBody,
        problems=("token-expired", "no-extension", "too-large", "invalid"),
    ),
    Operation(
        "GET", "/caller-id-requests", "The extension's requests for a caller ID, with their answers",
        Endpoints.caller_id_requests, list[models.CallerIdRequestModel], problems=("token-expired",),
    ),
    Operation(
        "GET", "/outbound-rules", "The outbound rules of the organisation", Endpoints.outbound_rules,
        list[models.OutboundRuleModel], problems=("token-expired",),
    ),
)
