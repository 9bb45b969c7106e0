"""The network page's words."""

from __future__ import annotations

import re
from ipaddress import ip_address

from softphone.ui.text import tr


def network() -> str:
    return tr("Network")


def about() -> str:
    return tr("Change these only if your office asks you to.")


def tls() -> str:
    return tr("Encrypt signalling (TLS)")


def tls_help(encrypts_audio: bool) -> str:
    if encrypts_audio:
        return tr("Protects who you call. Audio is encrypted with SRTP.")
    return tr("Protects who you call.")


def tls_done(on: bool) -> str:
    return tr("Signalling is encrypted.") if on else tr("Signalling is not encrypted any more.")


def local_server() -> str:
    return tr("Local SIP server")


def local_server_help() -> str:
    return tr("For offices with a firewall. This computer only.")


def local_server_switch() -> str:
    return tr("Local SIP server, on or off")


def local_server_done(address: str) -> str:
    return tr("Calls go through {address}.", address=address) if address else tr("The local SIP server is off.")


def example_address() -> str:
    return "10.20.0.30"


def address_fault(text: str) -> str:
    """The sentence about a typed IP address, "" when it is one."""
    try:
        ip_address(text)
    except ValueError:
        parts = text.split(".")
        if len(parts) == 4 and all(re.fullmatch(r"[0-9]+", part) for part in parts):
            return tr("Each part must be 0 to 255.")
        return tr("Type an IP address, like {example}.", example=example_address())
    return ""


def keywords() -> str:
    return tr("tls encryption secure sip server ip address firewall")


def connection() -> str:
    return tr("Connection now")


def state() -> str:
    return tr("Phone service")


def server() -> str:
    return tr("Server")


def transport() -> str:
    return tr("Signalling")


def transport_words(transport: str) -> str:
    return tr("Encrypted (TLS)") if transport == "tls" else transport.upper()


def none() -> str:
    return tr("None")
