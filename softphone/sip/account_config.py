"""A line as PJSIP wants it configured."""

from __future__ import annotations

import random
import re
from urllib.parse import quote

import pjsua2 as pj

from softphone.phone.commands import Register

_SRTP = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "mandatory": pj.PJMEDIA_SRTP_MANDATORY,
}
#: The 80-bit tags only, strongest last as RFC 4568 6.1 has no order: the first is what everyone can do.
SRTP_SUITES = ("AES_CM_128_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_80")
#: RTP ports are drawn from here, anew for each line; PJSIP looks for a free pair from the drawn one on.
RTP_PORTS = range(16384, 32000, 2)
MAX_URI = 250  # longer ones abort PJSIP's parser
REGISTER_EARLY_SECONDS = 10


class BadTarget(ValueError):
    """What was dialled cannot stand in a Request-URI."""


def account_config(line: Register, proxy: str, local_ip: str, *, relayed: bool) -> pj.AccountConfig:
    """`proxy` is where everything goes ("ip:port"); `relayed`: that is our own relay, by TCP on loopback."""
    config = pj.AccountConfig()
    transport = ";transport=tcp" if relayed else ""
    name = re.sub(r'["\\]', "", re.sub(r"[\x00-\x1f\x7f]", " ", line.display_name)).strip()[:100]
    identity = f"<sip:{user_part(line.username)}@{line.domain}>"
    config.idUri = f'"{name}" {identity}' if name else identity
    reg = config.regConfig
    reg.registrarUri = f"sip:{line.domain}{transport}"
    reg.registerOnAdd = False
    reg.timeoutSec = max(30, line.registration_seconds)
    reg.delayBeforeRefreshSec = REGISTER_EARLY_SECONDS
    reg.retryIntervalSec = reg.firstRetryIntervalSec = 0  # the schedule is ours: `retry.py`
    reg.dropCallsOnFail = False
    reg.unregWaitMsec = 500
    config.sipConfig.authCreds.append(
        pj.AuthCredInfo("digest", "*", line.auth_username or line.username, 0, line.password.reveal())
    )
    config.sipConfig.proxies.append(f"sip:{proxy}{transport};lr")
    nat = config.natConfig
    nat.contactRewriteUse = nat.viaRewriteUse = 0 if relayed else 1
    nat.sdpNatRewriteUse = 0
    nat.udpKaIntervalSec = 0 if relayed else 15
    nat.udpKaData = "\r\n"
    nat.sipOutboundUse = 0  # one flow only; but the instance tells one device from another (RFC 5626 4.1)
    if line.instance_id:
        config.sipConfig.contactParams = f';+sip.instance="<urn:uuid:{line.instance_id}>"'
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    config.mwiConfig.enabled = True
    media = config.mediaConfig
    media.srtpUse = _SRTP.get(line.srtp, pj.PJMEDIA_SRTP_DISABLED)
    for name in SRTP_SUITES if line.srtp != "off" else ():
        suite = pj.SrtpCrypto()
        suite.name = name
        media.srtpOpt.cryptos.append(suite)
    media.srtpSecureSignaling = 0  # signalling is judged by `CallLeg`, which knows of the relay
    media.lockCodecEnabled = True
    media.streamKaEnabled = True
    media.transportConfig.port = random.choice(RTP_PORTS)
    media.transportConfig.portRange = 1000
    media.transportConfig.randomizePort = True
    media.transportConfig.publicAddress = local_ip
    media.transportConfig.qosType = pj.PJ_QOS_TYPE_VOICE
    return config


def user_part(text: str) -> str:
    """Escaped for a SIP URI (RFC 3261 25.1: unreserved and user-unreserved stand as they are)."""
    return quote(text, safe="-_.!~*'()&=+$,;?/")


def request_uri(target: str, line: Register) -> str:
    """The URI to call. Raises `BadTarget`."""
    text = target.strip()
    if re.search(r"[\x00-\x20\x7f<>\"]", text):
        raise BadTarget("characters that no address has")
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("sip", "sips"):
        if scheme.lower() == "sips" and line.transport != "tls":
            raise BadTarget("sips: needs TLS")
        uri = f"sip:{rest}"
    elif "@" in text:
        uri = f"sip:{text}"
    else:
        uri = f"sip:{user_part(text)}@{line.domain}"
    if len(uri) > MAX_URI:
        raise BadTarget("too long")
    if not re.fullmatch(r"sip:(?:[^@]+@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?(?:[;?].*)?", uri):
        raise BadTarget("not an address")
    return uri
