"""E-mail of the phone system: what it says, and handing it to an SMTP server (RFC 5321)."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, make_msgid
from typing import Literal

Security = Literal["starttls", "tls", "none"]
SECURITIES: tuple[Security, ...] = ("starttls", "tls", "none")
USER_VARIABLE, PASSWORD_VARIABLE = "SOFTPHONE_SMTP_USER", "SOFTPHONE_SMTP_PASSWORD"
TIMEOUT_SECONDS = 30.0
_IMPLICIT_TLS_PORT = 465  # RFC 8314


class MailRefused(Exception):
    """The server will never take this message."""


class MailDelayed(Exception):
    """Not now: the server is away, busy, or does not let us in."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes. Certificates are verified against the system's authorities."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def smtp_server(
    address: str, sender: str, environment: Mapping[str, str], security: Security | None = None
) -> SmtpServer:
    """The server of `HOST:PORT`, its user and password from the environment. Raises ValueError with a sentence.

    Without `security`: TLS on port 465, none on this computer, else STARTTLS. A password is never sent in the clear to
    another computer.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("--smtp is HOST:PORT, for example mail.example.com:587")
    if security is None:
        security = "tls" if int(port) == _IMPLICIT_TLS_PORT else "none" if _is_here(host) else "starttls"
    user, password = environment.get(USER_VARIABLE, ""), environment.get(PASSWORD_VARIABLE, "")
    if password and security == "none" and not _is_here(host):
        raise ValueError("the SMTP password would go to another computer in the clear: use starttls or tls")
    _address(sender)
    return SmtpServer(host, int(port), security, sender, user, password)


def voicemail_mail(
    server: SmtpServer, recipient: str, *, owner: str, caller: str, caller_name: str, at: float, seconds: float,
    recording: bytes | None, zone: tzinfo | None = None,
) -> EmailMessage:
    """`owner` is whom the message was left for; `recording` an MP3 file, None when it is gone already."""
    who, when = _who(caller, caller_name), _when(at, zone)
    mail = _mail(server, recipient, f"Voicemail from {who}", at)
    attached = "The message is attached." if recording is not None else "The message has been deleted meanwhile."
    mail.set_content(
        f"{owner} has a new voicemail.\n\nFrom: {who}\nTime: {when}\nLength: {_length(seconds)}\n\n{attached}\n",
        cte="quoted-printable",
    )
    if recording is not None:
        name = f"voicemail-{datetime.fromtimestamp(at, zone):%Y%m%d-%H%M%S}.mp3"
        mail.add_attachment(recording, maintype="audio", subtype="mpeg", filename=name)
    return mail


def missed_mail(
    server: SmtpServer, recipient: str, *, owner: str, caller: str, caller_name: str, at: float,
    zone: tzinfo | None = None,
) -> EmailMessage:
    """The no-answer action "record the number"."""
    who = _who(caller, caller_name)
    mail = _mail(server, recipient, f"Missed call from {who}", at)
    mail.set_content(
        f"{owner} has a missed call.\n\nFrom: {who}\nTime: {_when(at, zone)}\n", cte="quoted-printable"
    )
    return mail


@contextmanager
def connection(server: SmtpServer, timeout: float = TIMEOUT_SECONDS) -> Iterator[smtplib.SMTP]:
    """Signed in and encrypted as the server's values say. Raises MailDelayed."""
    try:
        smtp = _connect(server, timeout)
    except (OSError, smtplib.SMTPException) as error:  # ssl.SSLError is an OSError
        raise MailDelayed(_reason(error)) from None
    try:
        yield smtp
    finally:
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def deliver(smtp: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """Hands one message over. Raises MailRefused or MailDelayed."""
    try:
        smtp.sendmail(sender, [recipient], content)
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        raise _refusal(code, text) from None
    except smtplib.SMTPResponseException as refused:
        raise _refusal(refused.smtp_code, refused.smtp_error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise MailDelayed(_reason(error)) from None


def _connect(server: SmtpServer, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.security == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refusal(code: int, text: bytes | str) -> MailRefused | MailDelayed:
    """5yz is for ever (RFC 5321 4.2.1). The server's words may repeat an address: only its numbers are kept."""
    return MailRefused(f"refused with {code}") if 500 <= code < 600 else MailDelayed(f"put off with {code}")


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__ if isinstance(error, smtplib.SMTPException) else f"{type(error).__name__}: {error}"


def _mail(server: SmtpServer, recipient: str, subject: str, at: float) -> EmailMessage:
    mail = EmailMessage(SMTP_POLICY)
    mail["From"] = Address("Softphone", addr_spec=server.sender)
    mail["To"] = _address(recipient)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(datetime.fromtimestamp(at).astimezone())
    mail["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    return mail


def _address(text: str) -> Address:
    """Raises ValueError when it cannot be an address."""
    try:
        return Address(addr_spec=text)
    except (ValueError, IndexError, AttributeError, MessageError) as error:  # all of them, for odd ones
        raise ValueError("this is no e-mail address") from error


def _who(caller: str, caller_name: str) -> str:
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in caller_name).split())
    if not caller:
        return "a hidden number"
    return f"{name} ({caller})" if name and name != caller else caller


def _when(at: float, zone: tzinfo | None) -> str:
    local = datetime.fromtimestamp(at).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} (UTC{local:%z})"


def _length(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
