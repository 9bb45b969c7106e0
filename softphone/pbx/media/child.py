"""A media child: a pjsua2 process that answers some numbers of the phone system, and makes calls into it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pjsua2 as pj

from softphone.pbx.media.endpoint import LONGEST_URI, EndpointOptions, SipEndpoint
from softphone.pbx.media.guard import guarded
from softphone.pbx.media.json_lines import JsonLineWriter
from softphone.pbx.media.leg import Leg
from softphone.pbx.media.sounds import Beep, Phrase, Sounds

log = logging.getLogger(__name__)

IDLE_POLL_MILLISECONDS = 50
CODECS = ("G722", "PCMA", "PCMU")  # what every telephone has, and keeps the waveform
REJECT_SECONDS = 0.5  # PJSIP frees an INVITE's sockets that late; faster refusals in a burst abort it
_INVITE_LINE = re.compile(r"INVITE\s+<?sips?:([^@;>\s]*)@", re.IGNORECASE)
_USER = re.compile(r"<?sips?:([^@;>\s]+)@", re.IGNORECASE)
_QUOTED_NAME = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*<')


@dataclass(frozen=True)
class ChildOptions:
    """What the phone system tells a child. `sip_server` is the signalling's `host:port`, the only one it listens to."""

    kind: str
    listen: str
    port: int
    sip_server: str
    domain: str
    data: Path
    trace: bool = False
    longest_message_seconds: float = 60.0
    most_messages: int = 200  # of one mailbox


Behaviour = Callable[[Leg], object]


class Numbers:
    """Who answers which number: exact, or the start of a number written with a trailing "..."."""

    def __init__(self, behaviours: Mapping[str, Behaviour]) -> None:
        self._behaviours = dict(behaviours)

    @property
    def patterns(self) -> Sequence[str]:
        return list(self._behaviours)

    def behaviour(self, number: str) -> Behaviour | None:
        exact = self._behaviours.get(number)
        if exact is not None:
            return exact
        prefixes = [p for p in self._behaviours if p.endswith("...") and number.startswith(p[:-3])]
        return self._behaviours[max(prefixes, key=len)] if prefixes else None


class _Line(pj.Account):
    """The child's one account, without registration."""

    def __init__(self, child: MediaChild) -> None:
        super().__init__()
        self._child = child

    @guarded
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._child.invited(prm.callId, str(prm.rdata.wholeMsg), str(prm.rdata.srcAddress))


class MediaChild:
    """The endpoint with its calls. Behaviours are set before `start`."""

    def __init__(self, options: ChildOptions, writer: JsonLineWriter) -> None:
        self.options = options
        self.legs: dict[int, Leg] = {}
        self.numbers = Numbers({})
        self.commands: dict[str, Callable[[dict[str, Any]], object]] = {}
        self.endpoint = SipEndpoint(
            EndpointOptions(
                listen=options.listen,
                port=options.port,
                codecs=CODECS,
                trace=options.trace,
                idle_poll_milliseconds=IDLE_POLL_MILLISECONDS,
            )
        )
        self.sounds = Sounds(options.data / "sounds", self.endpoint.post)
        self._writer = writer
        self._line: _Line | None = None

    def start(self) -> str:
        """Listens; returns its `host:port`."""
        self.endpoint.start()
        address = self.endpoint.address("udp")
        config = pj.AccountConfig()
        config.idUri = f"sip:{self.options.kind}@{address}"
        config.sipConfig.proxies.append(f"sip:{self.options.sip_server};lr")
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        self.endpoint.media_config(config)
        self._line = _Line(self)
        self._line.create(config)
        self.endpoint.at_close(self._drop_everything)
        return address

    def tell(self, event: str, **fields: object) -> None:
        """An event for the phone system."""
        self._writer.write(event=event, **fields)

    def handle(self, command: dict[str, Any]) -> None:
        """A command of the phone system, on the endpoint's thread."""
        action = self.commands.get(str(command.get("command")))
        if action is None:
            log.warning("unknown command %r", command.get("command"))
        else:
            action(command)

    def prepare(self, *sounds: Phrase | Beep) -> None:
        self.sounds.prepare(*sounds)

    def invited(self, call_id: int, message: str, source: str) -> None:
        """Looks up who answers, and lets it."""
        leg = Leg(self, self._line, call_id)
        if source != self.options.sip_server:
            log.warning("an INVITE from a stranger, %s", source)
            leg.after(REJECT_SECONDS, lambda: leg.end(403))
            return
        request = _INVITE_LINE.match(message)
        leg.dialled = request.group(1) if request else ""
        remote = str(leg.native.getInfo().remoteUri) if leg.native is not None else ""
        leg.caller, leg.caller_name = user_of(remote), name_of(remote)
        behaviour = self.numbers.behaviour(leg.dialled)
        log.info("%s is called by %s", leg.dialled, leg.caller)
        if behaviour is None:
            leg.after(REJECT_SECONDS, lambda: leg.end(404))
        else:
            behaviour(leg)

    def call(self, extension: str, caller: str, name: str = "") -> Leg | None:
        """Calls an extension as `caller`; None when no call is free."""
        to = f"sip:{extension}@{self.options.domain}"
        if not re.fullmatch(r"[+*#0-9A-Za-z._-]+", extension) or not re.fullmatch(r"[+0-9A-Za-z._-]+", caller):
            raise ValueError("extension and caller are digits")
        if len(to) > LONGEST_URI:
            raise ValueError("too long")
        leg = Leg(self, self._line)
        leg.dialled, leg.caller = extension, extension
        prm = pj.CallOpParam(True)
        quoted = name.replace("\\", "").replace('"', "").replace("\r", "").replace("\n", "")[:60]
        prm.txOption.localUri = (f'"{quoted}" ' if quoted else "") + f"<sip:{caller}@{self.options.domain}>"
        try:
            leg.make_call(to, prm)
        except pj.Error as error:
            log.warning("%s cannot call %s: %s", caller, extension, error.reason)
            leg.drop()
            return None
        return leg

    def _drop_everything(self) -> None:
        for leg in list(self.legs.values()):
            leg.drop()
        if self._line is not None:
            self._line.shutdown()
            self.endpoint.let_go(self._line)
            self._line = None


def user_of(uri: str) -> str:
    """The user part of a SIP address, with or without its display name."""
    match = _USER.search(uri)
    return match.group(1) if match else ""


def name_of(uri: str) -> str:
    """The display name before a SIP address, or ""."""
    match = _QUOTED_NAME.match(uri)
    name = re.sub(r"\\(.)", r"\1", match.group(1)) if match else uri.partition("<")[0] if "<" in uri else ""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return printable.encode("utf-8", "ignore").decode("utf-8").strip()[:100]
