"""A name that stands for several servers: tried in turn, told as one, and heard from any of its addresses."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import contextmanager

import pytest

from softphone.logs.redact import redact
from softphone.phone import events as ev
from softphone.phone.failure import FailureKind
from softphone.phone.registration import RegistrationState as State
from softphone.user_agent.process import UserAgentProcess
from tests.system.user_agent_rig import Rig

#: The child with a DNS of the test's own.
CHILD = """
from softphone.sip import locate, main

NAMES = {names!r}

async def addresses(self, name):
    return NAMES.get(name, [])

async def srv(self, name):
    return []

locate.SystemResolver.addresses, locate.SystemResolver.srv = addresses, srv
raise SystemExit(main.main())
"""
HERE, NOBODY, OTHER, STRANGER = "127.0.0.1", "127.0.0.9", "127.0.0.2", "127.0.0.3"


@contextmanager
def rig_with(folder, transport="udp", **names):
    rig = Rig(folder, transport)
    script = CHILD.format(names={f"{host}.test": addresses for host, addresses in names.items()})
    rig.process = UserAgentProcess(
        rig.heard, redact=redact, command=[sys.executable, "-c", script], environment={"SOFTPHONE_SOUND": "null"}
    )
    with rig:
        yield rig


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_when_the_first_of_two_servers_is_away_the_second_is_registered_at_without_an_alarm(tmp_path, transport):
    with rig_with(tmp_path, transport, pbx=[NOBODY, HERE]) as rig:
        rig.send(rig.line(registrar=f"pbx.test:{rig.server.port}"))
        done = rig.heard.wait(ev.RegistrationChanged, state=State.REGISTERED)
        assert done.server == rig.server.address
        assert {event.state for event in rig.heard.of(ev.RegistrationChanged)} == {State.REGISTERING, State.REGISTERED}


@pytest.mark.parametrize("servers", [[NOBODY, HERE], [HERE, NOBODY]])
def test_when_all_servers_fail_the_most_telling_failure_is_told(tmp_path, servers):
    with rig_with(tmp_path, "tcp", pbx=servers) as rig:
        rig.server.answers["REGISTER"] = (500, "Oops", [])
        rig.send(rig.line(registrar=f"pbx.test:{rig.server.port}"))
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        assert (failed.failure.kind, failed.failure.code) == (FailureKind.SERVER, 500)
        assert failed.retry_in >= 2


def test_a_refused_password_is_not_tried_at_the_next_server(tmp_path):
    with rig_with(tmp_path, "tcp", pbx=[HERE, NOBODY]) as rig:
        rig.server.answers["REGISTER"] = (403, "Forbidden", [])
        rig.send(rig.line(registrar=f"pbx.test:{rig.server.port}"))
        failed = rig.heard.wait(ev.RegistrationChanged, state=State.FAILED)
        assert failed.failure.kind is FailureKind.FORBIDDEN


def call_from(address, rig):
    """Final answer to an INVITE from this address, and to its provisional ones if it is told."""
    port = int(re.search(r"@[^:]+:(\d+)", rig.server.contact)[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind((address, 0))
        caller.settimeout(5)
        invite = rig.server.invite()
        invite.set("Via", f"SIP/2.0/UDP {address}:{caller.getsockname()[1]};branch=z9hG4bKfrom{address};rport")
        caller.sendto(invite.encode(), ("127.0.0.1", port))
        answer = b"SIP/2.0 100"
        while answer.startswith(b"SIP/2.0 1"):
            answer = caller.recv(4096)
    return int(answer.split()[1])


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        ({"pbx": [HERE, OTHER]}, {"registrar": "pbx.test:{port}"}),
        ({"proxy": [HERE], "pbx": [OTHER]}, {"registrar": "pbx.test", "outbound_proxy": "proxy.test:{port}"}),
        ({"pbx": [OTHER]}, {"registrar": "pbx.test:{port}", "local_sip_server_ip": HERE}),
    ],
    ids=["another address of the name", "the registrar behind the proxy", "the provider beside the local server"],
)
def test_a_call_from_any_address_of_the_provider_rings(tmp_path, names, settings):
    with rig_with(tmp_path, **names) as rig:
        rig.register(**{name: value.format(port=rig.server.port) for name, value in settings.items()})
        mark = rig.heard.mark
        assert call_from(OTHER, rig) == 480  # undecided, since nobody answers here
        assert len(rig.heard.of(ev.InviteReceived, mark)) == 1


def test_a_call_from_elsewhere_is_refused_and_the_log_says_why(tmp_path, caplog):
    with rig_with(tmp_path, pbx=[HERE, OTHER]) as rig:
        rig.register(registrar=f"pbx.test:{rig.server.port}")
        assert call_from(STRANGER, rig) == 403
        assert rig.heard.of(ev.InviteReceived) == []
    (said,) = [r.getMessage() for r in caplog.records if "is refused (403)" in r.getMessage()]
    assert f"from {STRANGER}:" in said
    assert rig.server.address in said
    assert OTHER in said
