"""SRTP: what is asked for is what is told."""

from __future__ import annotations

import pytest

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from tests.fakes.sip_phone import SipPhone
from tests.system.user_agent_rig import LINE, PASSWORD, Rig


def call(rig, phone, number="110"):
    rig.send(cmd.MakeCall("call-1", LINE, number))
    theirs = phone.wait_for_call()
    theirs.answer()
    return theirs


@pytest.mark.parametrize(
    ("ours", "theirs", "suite"),
    [
        ("mandatory", "mandatory", "AES_CM_128_HMAC_SHA1_80"),
        ("mandatory", "optional", "AES_CM_128_HMAC_SHA1_80"),
        ("optional", "off", ""),
        ("off", "off", ""),
    ],
)
def test_the_suite_in_use_is_told(tmp_path, ours, theirs, suite):
    with Rig(tmp_path, "tls") as rig, SipPhone("bob", srtp=theirs) as bob:
        rig.register(srtp=ours)
        bob.register("phone.test", "110", PASSWORD, server=rig.server.udp_address)
        call(rig, bob)
        media = rig.heard.wait(ev.MediaChanged, call_id="call-1", active=True)
        assert (media.srtp, media.signalling) == (suite, "tls")
        rig.heard.wait(ev.CallConfirmed, call_id="call-1")


def test_mandatory_encryption_is_never_given_up(tmp_path):
    with Rig(tmp_path, "tls") as rig, SipPhone("bob") as bob:
        rig.register(srtp="mandatory")
        bob.register("phone.test", "110", PASSWORD, server=rig.server.udp_address)
        rig.send(cmd.MakeCall("call-1", LINE, "110"))
        end = rig.heard.wait(ev.CallDisconnected, call_id="call-1")
        assert end.code == 488
        assert rig.heard.of(ev.CallConfirmed) == []
