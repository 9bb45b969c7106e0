"""The account service as an ASGI application."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from softphone.pbx.service.endpoints import NO_STORE, Asked, Endpoints
from softphone.pbx.service.event_hub import EventHub, Stream
from softphone.pbx.service.openapi import openapi
from softphone.pbx.service.operations import JSON_TYPE, MERGE_PATCH_TYPE, OPERATIONS, Operation, Part
from softphone.pbx.service.password import PASSWORDS_AT_ONCE
from softphone.pbx.service.problems import Problem, of_http, of_refusal, problem_response
from softphone.pbx.service.provisioning import ProvisioningAddresses
from softphone.pbx.service.refusals import Refusal
from softphone.pbx.service.requests import bearer, parse_json, parse_model, read_body
from softphone.pbx.service.store import Store

BASE = "/api/v1"


def create_app(
    store: Store,
    *,
    sip: Callable[[], ProvisioningAddresses],
    device_revoked: Callable[[str], None] = lambda device_id: None,
    reachable_devices: Callable[[str], Sequence[str]] = lambda key: (),
    calls_up: Callable[[str], int] = lambda key: 0,
    clock: Callable[[], float] = time.time,
    keep_alive_seconds: float = 15.0,
    parts: Sequence[Part] = (),
) -> Starlette:
    """`sip` tells where signalling listens now, `reachable_devices` who is registered, `calls_up` how many calls an
    extension has; all are called on any thread.

    `device_revoked` gets the id of each device that is signed out or replaced. `parts` are operations beside ours.
    """
    hub = EventHub(device_revoked, reachable_devices, calls_up)
    store.listen(hub)
    endpoints = Endpoints(store, sip, reachable_devices, calls_up, clock)
    password_checks = anyio.CapacityLimiter(PASSWORDS_AT_ONCE)
    by_path: dict[str, dict[str, tuple[Operation, Any]]] = {}
    all_parts = (Part(OPERATIONS, endpoints), *parts)
    for part in all_parts:
        for operation in part.operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation, part.endpoints
    described = openapi(tuple(operation for part in all_parts for operation in part.operations))

    def route(path: str, operations: dict[str, tuple[Operation, Any]]) -> Route:
        async def serve(request: Request) -> Response:
            operation, endpoints = operations["GET" if request.method == "HEAD" else request.method]
            limiter = password_checks if operation.checks_password else None
            return await _serve(request, operation, endpoints, store, limiter)

        return Route(BASE + path, serve, methods=list(operations))

    async def events(request: Request) -> Response:
        caller = await run_in_threadpool(store.sessions.authenticate, bearer(request))
        stream = hub.open(caller)
        # read after opening, so that a change in between is told all the same
        try:
            _, etag = await run_in_threadpool(store.extensions.get, caller.extension)
            latest = await run_in_threadpool(store.calls.latest, caller.extension)
        except Refusal:
            hub.forget(stream)
            raise
        hub.begin(stream, etag, latest)
        return StreamingResponse(
            _until_gone(hub, stream, keep_alive_seconds), media_type="text/event-stream",
            headers=NO_STORE | {"X-Accel-Buffering": "no"},
        )

    async def describe(_request: Request) -> Response:
        return JSONResponse(described)

    async def well_known(request: Request) -> Response:
        return JSONResponse({"account_api": f"{request.url.scheme}://{request.url.netloc}{BASE}"})

    app = Starlette(
        routes=[
            *(route(path, operations) for path, operations in by_path.items()),
            Route(BASE + "/events", events),
            Route(BASE + "/openapi.json", describe),
            Route("/.well-known/softphone", well_known),
        ],
        exception_handlers={
            Problem: _on_problem, Refusal: _on_refusal, HTTPException: _on_http, Exception: _on_fault,
        },
    )
    app.router.redirect_slashes = False  # a path that is not there is 404, whatever it ends with
    app.state.hub = hub
    return app


async def _serve(
    request: Request, operation: Operation, endpoints: Any, store: Store, limiter: anyio.CapacityLimiter | None
) -> Response:
    """Password checks wait for each other in a queue of their own, so that a flood of them holds up nobody else."""
    if operation.takes is not None:  # a stranger may not send megabytes
        await run_in_threadpool(store.sessions.authenticate, bearer(request))
    body = await _body(request, operation)

    def answer() -> Response:
        caller = None if operation.anyone else store.sessions.authenticate(bearer(request))
        if operation.body is not None:
            content: Any = parse_model(operation.body, body)
        elif operation.takes is not None:
            content = body
        else:
            content = parse_json(body) if operation.merge_patch else None
        asked = Asked(request.headers, content, caller, request.path_params, request.query_params)
        return operation.run(endpoints, asked)

    return await anyio.to_thread.run_sync(answer, limiter=limiter)


async def _body(request: Request, operation: Operation) -> bytes:
    if operation.takes is None and operation.body is None and not operation.merge_patch:
        return b""
    allowed = {operation.takes} if operation.takes else {JSON_TYPE}
    if operation.method == "PATCH":
        allowed.add(MERGE_PATCH_TYPE)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in allowed:
        raise HTTPException(415)
    return await read_body(request, operation.takes_at_most)


async def _until_gone(hub: EventHub, stream: Stream, keep_alive_seconds: float) -> AsyncIterator[bytes]:
    try:
        async for line in stream.lines(keep_alive_seconds):
            yield line
    finally:
        hub.forget(stream)


async def _on_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


async def _on_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return of_refusal(refusal).response()


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return of_http(error)


async def _on_fault(_request: Request, _error: Exception) -> Response:
    """A bug: the server logs its traceback, and the client learns nothing of it."""
    return problem_response(500, {"type": "about:blank", "title": "Internal Server Error", "status": 500})
