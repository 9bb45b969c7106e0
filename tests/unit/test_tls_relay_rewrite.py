"""What the relay changes in messages, and how it frames them. Bodies and everything else stay as they came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softphone.sip.relay_rewrite import Hops, RelayRewrite
from softphone.sip.sip_stream import MAX_BODY, MAX_HEAD, NotSip, SipStream

HOPS = Hops(near=b"127.0.0.1:40000", ours=b"192.0.2.7:51234", transport=b"TLS")


def message(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def outward(*lines: str) -> list[str]:
    return RelayRewrite(HOPS).outward(message(*lines)).decode().split("\r\n")


INVITE = (
    "INVITE sip:110@phone.test SIP/2.0",
    "Via: SIP/2.0/TCP 127.0.0.1:36000;rport;branch=z9hG4bKa;alias",
    "Route: <sip:127.0.0.1:40000;transport=tcp;lr>",
    "Contact: <sip:100@127.0.0.1:36000;transport=TCP;ob>",
    "CSeq: 1 INVITE",
    "Content-Length: 0",
)


def test_a_request_leaves_as_the_servers_own_transport():
    lines = outward(*INVITE)
    assert lines[0] == INVITE[0]
    assert "Via: SIP/2.0/TLS 192.0.2.7:51234;rport;branch=z9hG4bKa;alias" in lines
    assert "Contact: <sip:100@192.0.2.7:51234;transport=tls;ob>" in lines
    assert not any(line.startswith("Route") for line in lines)
    assert not any("127.0.0.1" in line for line in lines)


def test_routes_of_others_stay_in_one_line_or_several():
    lines = outward(
        "BYE sip:x@y SIP/2.0",
        "Route: <sip:127.0.0.1:40000;transport=tcp;lr>, <sip:p1.example.com;transport=tls;lr>",
        "Route: <sip:p2.example.com;lr>",
        "CSeq: 2 BYE",
    )
    assert [line for line in lines if line.startswith("Route")] == [
        "Route: <sip:p1.example.com;transport=tls;lr>",
        "Route: <sip:p2.example.com;lr>",
    ]


def test_compact_and_folded_headers_are_understood():
    lines = outward(
        "INVITE sip:x@y SIP/2.0",
        "v: SIP/2.0/TCP",
        " 127.0.0.1:36000;branch=z9hG4bKa",
        'm: "A, B" <sip:100@127.0.0.1:36000;transport=TCP>',
        "CSeq: 1 INVITE",
    )
    assert "Via: SIP/2.0/TLS 192.0.2.7:51234;branch=z9hG4bKa" in lines
    assert 'Contact: "A, B" <sip:100@192.0.2.7:51234;transport=tls>' in lines


def test_only_the_top_via_is_ours():
    lines = outward(
        "INVITE sip:x@y SIP/2.0",
        "Via: SIP/2.0/TCP 127.0.0.1:36000;branch=z9hG4bKa",
        "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb",
        "CSeq: 1 INVITE",
    )
    assert "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb" in lines


def test_an_answer_of_ours_keeps_the_others_via_and_loses_our_record_route():
    lines = outward(
        "SIP/2.0 200 OK",
        "Via: SIP/2.0/TLS 10.0.0.1:5061;branch=z9hG4bKs",
        "Record-Route: <sip:127.0.0.1:40000;transport=tcp;lr>",
        "Record-Route: <sip:10.0.0.1;transport=tls;lr>",
        "Contact: <sip:100@127.0.0.1:36000;transport=TCP>",
        "CSeq: 1 INVITE",
    )
    assert "Via: SIP/2.0/TLS 10.0.0.1:5061;branch=z9hG4bKs" in lines
    assert [line for line in lines if line.startswith("Record-Route")] == [
        "Record-Route: <sip:10.0.0.1;transport=tls;lr>"
    ]
    assert "Contact: <sip:100@192.0.2.7:51234;transport=tls>" in lines


def test_a_redirection_to_others_goes_out_as_it_is():
    lines = outward("SIP/2.0 302 Moved", "Contact: <sip:+6591234567@phone.test>;q=1.0, <sip:110@phone.test>;q=0.5")
    assert "Contact: <sip:+6591234567@phone.test>;q=1.0, <sip:110@phone.test>;q=0.5" in lines


def test_the_registrars_uri_says_nothing_of_loopback_tcp():
    assert outward("REGISTER sip:phone.test;transport=tcp SIP/2.0", "CSeq: 1 REGISTER")[0] == (
        "REGISTER sip:phone.test SIP/2.0"
    )


def test_an_answer_comes_back_under_pjsips_own_names():
    relay = RelayRewrite(HOPS)
    relay.outward(message(*INVITE))
    lines = relay.inward(
        message(
            "SIP/2.0 200 OK",
            "Via: SIP/2.0/TLS 192.0.2.7:51234;rport=51234;received=203.0.113.5;branch=z9hG4bKa;alias",
            "Record-Route: <sip:p2.example.com;lr>",
            "Record-Route: <sip:p1.example.com;transport=tls;lr>",
            "Contact: <sip:110@10.9.8.7:5061;transport=tls>",
            "CSeq: 1 INVITE",
        )
    ).decode().split("\r\n")  # fmt: skip
    assert "Via: SIP/2.0/TCP 127.0.0.1:36000;branch=z9hG4bKa;alias" in lines
    routes = [line for line in lines if line.startswith("Record-Route")]
    assert routes[-1] == "Record-Route: <sip:127.0.0.1:40000;transport=tcp;lr>"  # reversed, it is the first hop
    assert len(routes) == 3
    assert "Contact: <sip:110@10.9.8.7:5061;transport=tls>" in lines


def test_a_request_that_comes_in_has_us_as_first_hop():
    lines = RelayRewrite(HOPS).inward(
        message(
            "INVITE sip:100@192.0.2.7:51234 SIP/2.0",
            "Via: SIP/2.0/TLS 10.0.0.1:5061;branch=z9hG4bKs",
            "Record-Route: <sip:10.0.0.1;transport=tls;lr>",
            "CSeq: 1 INVITE",
        )
    ).decode().split("\r\n")  # fmt: skip
    assert [line for line in lines if line.startswith("Record-Route")] == [
        "Record-Route: <sip:127.0.0.1:40000;transport=tcp;lr>",
        "Record-Route: <sip:10.0.0.1;transport=tls;lr>",
    ]


def test_the_registration_comes_back_with_pjsips_contact():
    relay = RelayRewrite(HOPS)
    relay.outward(message("REGISTER sip:phone.test SIP/2.0", "Contact: <sip:100@127.0.0.1:36000;transport=TCP;ob>"))
    back = relay.inward(
        message(
            "SIP/2.0 200 OK",
            "Contact: <sip:100@198.51.100.9:5060>;expires=60, <sip:100@192.0.2.7:51234;transport=tls;ob>;expires=120",
            "CSeq: 1 REGISTER",
        )
    ).decode()
    assert "<sip:100@127.0.0.1:36000;transport=TCP;ob>;expires=120" in back
    assert "<sip:100@198.51.100.9:5060>;expires=60" in back
    assert "Record-Route" not in back


def test_a_tel_contact_never_reaches_pjsip():
    back = RelayRewrite(HOPS).inward(message("SIP/2.0 200 OK", "m: <tel:+6512345678>;x=1", "CSeq: 1 INVITE")).decode()
    assert "tel:" not in back
    assert "Contact: <sip:127.0.0.1:40000;transport=tcp>" in back


@given(st.binary(max_size=400))
def test_no_head_whatever_stops_the_relay(noise):
    relay = RelayRewrite(HOPS)
    assert relay.outward(noise + b"\r\n\r\n").endswith(b"\r\n\r\n")
    assert relay.inward(noise + b"\r\n\r\n").endswith(b"\r\n\r\n")


# --- framing ----------------------------------------------------------------------------------------------------------


MESSAGES = st.lists(
    st.tuples(st.sampled_from(["Content-Length", "l", "CONTENT-LENGTH "]), st.binary(max_size=60)), max_size=5
)


@given(MESSAGES, st.integers(1, 37))
def test_messages_come_whole_however_the_stream_is_cut(messages, size):
    heads = [f"MESSAGE sip:x SIP/2.0\r\n{name}: {len(body)}\r\n\r\n".encode() for name, body in messages]
    data = b"".join(head + body for head, (_, body) in zip(heads, messages, strict=True))
    stream, pieces = SipStream(), []
    for start in range(0, len(data), size):
        pieces += stream.feed(data[start : start + size])
    assert pieces == [(head, body) for head, (_, body) in zip(heads, messages, strict=True)]


def test_keep_alives_pass_between_messages():
    pieces = SipStream().feed(b"\r\n\r\nOPTIONS sip:x SIP/2.0\r\nl:0\r\n\r\n\r\n")
    assert pieces == [(b"\r\n\r\n", b""), (b"OPTIONS sip:x SIP/2.0\r\nl:0\r\n\r\n", b""), (b"\r\n", b"")]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\nContent-Length: 5\r\nl: 7\r\n\r\n",
        b"INVITE sip:x SIP/2.0\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        b"x" * (MAX_HEAD + 1),
        b"INVITE sip:x SIP/2.0\r\nX: " + b"x" * MAX_HEAD + b"\r\n\r\n",
    ],
)
def test_what_cannot_be_framed_ends_the_stream(data):
    with pytest.raises(NotSip):
        SipStream().feed(data)
