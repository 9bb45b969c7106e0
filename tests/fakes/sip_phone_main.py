"""The process of `tests.fakes.sip_phone.SipPhone`: a real phone on pjsua2, told and telling by JSON lines.

Commands on standard input are `{"id": 1, "do": "call", ...}`; the first one is `start`. Each is answered by
`{"reply": 1, ...}` with either its result or `"error"`. Events are `{"event": "call_state", "at": SECONDS, ...}`, where
`at` is the system's monotonic clock.
"""

from __future__ import annotations

import itertools
import logging
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pjsua2 as pj

from softphone.pbx.media.endpoint import EndpointOptions, SipEndpoint
from softphone.pbx.media.guard import guarded
from softphone.pbx.media.json_lines import JsonLineWriter, claim_standard_output, json_lines
from softphone.pbx.media.native_call import NativeCall

STATES = {
    pj.PJSIP_INV_STATE_CALLING: "calling",
    pj.PJSIP_INV_STATE_INCOMING: "incoming",
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONNECTING: "connecting",
    pj.PJSIP_INV_STATE_CONFIRMED: "confirmed",
    pj.PJSIP_INV_STATE_DISCONNECTED: "disconnected",
}
MEDIA = {
    pj.PJSUA_CALL_MEDIA_NONE: "none",
    pj.PJSUA_CALL_MEDIA_ACTIVE: "active",
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "local_hold",
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "remote_hold",
    pj.PJSUA_CALL_MEDIA_ERROR: "error",
}


class TransferringCall(NativeCall):
    """The native call, with what a telephone needs beside a robot's: transfers."""

    @guarded
    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        if self.owner is not None:
            self.owner.tell("transfer_status", code=prm.statusCode, reason=prm.reason, final=prm.finalNotify)
            if prm.finalNotify and prm.statusCode // 100 == 2:
                prm.cont = False
                self.owner.phone.endpoint.post(self.owner.hang_up_if_alive)

    @guarded
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        call = PhoneCall(self.owner.phone)
        prm.newCall = call.native
        self.owner.tell("transfer_requested", to=prm.dstUri, new_call=call.number)

    @guarded
    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        call = PhoneCall(self.owner.phone)
        prm.newCall = call.native
        self.owner.tell("replace_requested", new_call=call.number)

    @guarded
    def onCallReplaced(self, prm: pj.OnCallReplacedParam) -> None:
        self.owner.tell("replaced", new_call_id=prm.newCallId)


class PhoneCall:
    """One call, with the file it plays to the other side and the file it records of the other side."""

    def __init__(self, phone: Phone, call_id: int = pj.PJSUA_INVALID_ID) -> None:
        self.native: TransferringCall | None = TransferringCall(self, phone.account, call_id)
        self.phone = phone
        self.number = next(phone.numbers)
        self.media: pj.AudioMedia | None = None
        self.player: pj.AudioMediaPlayer | None = None
        self.recorder: pj.AudioMediaRecorder | None = None
        phone.calls[self.number] = self

    def tell(self, event: str, **fields: object) -> None:
        self.phone.tell(event, call=self.number, **fields)

    def state_changed(self, info: pj.CallInfo) -> None:
        state = STATES.get(info.state, "null")
        code, reason = info.lastStatusCode, info.lastReason
        self.tell("call_state", state=state, code=code, reason=reason, sip_call_id=info.callIdString)
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.drop()

    def drop(self) -> None:
        self.media = None
        self.stop_playing()
        self.stop_recording()
        self.phone.calls.pop(self.number, None)
        if self.native is not None:
            self.native.part()

    def media_changed(self, info: pj.CallInfo) -> None:
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            codec = ""
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self.media = self.native.getAudioMedia(index)
                self.connect_sound()
                codec = self.native.getStreamInfo(index).codecName
            else:
                self.media = None
            self.tell("media", status=MEDIA[media.status], direction=int(media.dir), codec=codec)

    def digit_received(self, digit: str, method: int) -> None:
        self.tell("digit", digit=digit, method="info" if method == pj.PJSUA_DTMF_METHOD_SIP_INFO else "rfc4733")

    def connect_sound(self) -> None:
        if self.media is None:
            return
        if self.player is not None:
            self.player.startTransmit(self.media)
        if self.recorder is not None:
            self.media.startTransmit(self.recorder)

    def play(self, file: str, loop: bool) -> None:
        self.stop_playing()
        self.player = pj.AudioMediaPlayer()
        self.player.createPlayer(file, 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        if self.media is not None:
            self.player.startTransmit(self.media)

    def stop_playing(self) -> None:
        if self.player is not None:
            if self.media is not None:
                self.player.stopTransmit(self.media)
            self.phone.endpoint.let_go(self.player)
            self.player = None

    def record(self, file: str) -> None:
        self.stop_recording()
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(file)
        if self.media is not None:
            self.media.startTransmit(self.recorder)

    def stop_recording(self) -> None:
        if self.recorder is not None:
            if self.media is not None:
                self.media.stopTransmit(self.recorder)
            # The file's header is written when the recorder goes, some ticks from now.
            self.phone.endpoint.let_go(self.recorder)
            self.recorder = None
            self.phone.endpoint.later(0.15, lambda: self.tell("recorded"))

    def hang_up_if_alive(self) -> None:
        if self.native is not None:
            self.native.hangup(pj.CallOpParam())


class PhoneAccount(pj.Account):
    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.phone = phone

    @guarded
    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        info = self.getInfo()
        active, expires = info.regIsActive, prm.expiration
        self.phone.tell("registration", active=active, code=prm.code, reason=prm.reason, expires=expires)

    @guarded
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = PhoneCall(self.phone, prm.callId)
        info = call.native.getInfo()
        parties = {"from": info.remoteUri, "to": info.localUri}
        call.tell("incoming", **parties, message=prm.rdata.wholeMsg, sip_call_id=info.callIdString)
        if self.phone.ring_at_once:
            ringing = pj.CallOpParam()
            ringing.statusCode = 180
            call.native.answer(ringing)

    @guarded
    def onMwiInfo(self, prm: pj.OnMwiInfoParam) -> None:
        self.phone.tell("message_waiting", message=prm.rdata.wholeMsg)


class Phone:
    """Everything lives on the thread that runs the endpoint; a reader thread only posts the commands."""

    def __init__(self, writer: JsonLineWriter, start: dict[str, Any]) -> None:
        self.writer = writer
        self.numbers = itertools.count(1)
        self.calls: dict[int, PhoneCall] = {}
        self.ring_at_once = bool(start.get("ring_at_once", True))
        self.transport = str(start.get("transport", "udp"))
        self.srtp = {"off": 0, "optional": 1, "mandatory": 2}[start.get("srtp", "off")]
        self.domain = ""
        self.account_config: pj.AccountConfig | None = None
        self.endpoint = SipEndpoint(
            EndpointOptions(
                listen=start.get("listen", "127.0.0.1"),
                port=int(start.get("port", 0)),
                transports=tuple(dict.fromkeys(["udp", self.transport])),
                user_agent=start.get("user_agent", "Test phone"),
                ca_file=Path(start["ca_file"]) if start.get("ca_file") else None,
                codecs=tuple(start.get("codecs", ())),
                trace=bool(start.get("trace")),
            )
        )
        self.endpoint.start()
        self.uri = f"sip:{start.get('user', 'phone')}@{self.endpoint.address('udp')}"
        self.account = PhoneAccount(self)
        self.account.create(self.new_config(self.uri))
        self.endpoint.at_close(self.drop_everything)

    def new_config(self, identity: str) -> pj.AccountConfig:
        config = pj.AccountConfig()
        config.idUri = identity
        config.mediaConfig.srtpUse = self.srtp
        config.mediaConfig.srtpSecureSignaling = 0
        config.regConfig.retryIntervalSec = 1
        config.regConfig.firstRetryIntervalSec = 1
        config.regConfig.randomRetryIntervalSec = 0
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        self.endpoint.media_config(config)
        return config

    def tell(self, event: str, **fields: object) -> None:
        self.writer.write(event=event, at=time.monotonic(), **fields)

    def handle(self, command: dict[str, Any]) -> None:
        number = command.get("id")
        try:
            result = getattr(self, "do_" + str(command.get("do")))(command) or {}
        except pj.Error as error:
            self.writer.write(reply=number, error=f"{error.status}: {error.reason}")
        except Exception as error:
            logging.exception("command %s failed", command.get("do"))
            self.writer.write(reply=number, error=repr(error))
        else:
            self.writer.write(reply=number, **result)

    def call_of(self, command: dict[str, Any], key: str = "call") -> PhoneCall:
        call = self.calls.get(command[key])
        if call is None:
            raise LookupError(f"call {command[key]} is over")
        return call

    def native_of(self, command: dict[str, Any], key: str = "call") -> NativeCall:
        """To be used at once, and not kept."""
        native = self.call_of(command, key).native
        if native is None:
            raise LookupError(f"call {command[key]} is over")
        return native

    def do_register(self, command: dict[str, Any]) -> None:
        self.domain = command["domain"]
        config = self.new_config(f'"{command.get("display_name", "")}" <sip:{command["username"]}@{self.domain}>')
        config.regConfig.registrarUri = f"sip:{self.domain}"
        config.regConfig.timeoutSec = int(command.get("expires", 300))
        auth_username = command.get("auth_username", command["username"])
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", auth_username, 0, command["password"]))
        if command.get("server"):
            config.sipConfig.proxies.append(f"sip:{command['server']};transport={self.transport};lr")
        config.mwiConfig.enabled = bool(command.get("message_waiting"))
        self.account_config = config
        self.account.modify(config)

    def do_unregister(self, _command: dict[str, Any]) -> None:
        self.account.setRegistration(False)

    def do_refresh(self, _command: dict[str, Any]) -> None:
        self.account.setRegistration(True)

    def do_call(self, command: dict[str, Any]) -> dict[str, object]:
        to = command["to"]
        if not re.match(r"(?i)^(<)?sips?:", to):
            to = f"sip:{to}@{self.domain}"
        call = PhoneCall(self)
        if command.get("play"):
            call.play(command["play"], bool(command.get("loop", True)))
        if command.get("record"):
            call.record(command["record"])
        prm = pj.CallOpParam(True)
        for name, value in command.get("headers", {}).items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        try:
            call.native.makeCall(to, prm)
        except pj.Error:
            call.drop()
            raise
        return {"call": call.number}

    def do_answer(self, command: dict[str, Any]) -> None:
        prm = pj.CallOpParam(True)
        prm.statusCode = int(command.get("code", 200))
        if command.get("reason"):
            prm.reason = command["reason"]
        for name, value in command.get("headers", []):
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            prm.txOption.headers.append(header)
        self.native_of(command).answer(prm)

    def do_hangup(self, command: dict[str, Any]) -> None:
        prm = pj.CallOpParam()
        if command.get("code"):
            prm.statusCode = int(command["code"])
        self.native_of(command).hangup(prm)

    def do_hold(self, command: dict[str, Any]) -> None:
        self.native_of(command).setHold(pj.CallOpParam(True))

    def do_resume(self, command: dict[str, Any]) -> None:
        prm = pj.CallOpParam(True)
        prm.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.native_of(command).reinvite(prm)

    def do_dtmf(self, command: dict[str, Any]) -> None:
        prm = pj.CallSendDtmfParam()
        info = command.get("method") == "info"
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO if info else pj.PJSUA_DTMF_METHOD_RFC2833
        prm.digits = command["digits"]
        prm.duration = 100
        self.native_of(command).sendDtmf(prm)

    def do_transfer(self, command: dict[str, Any]) -> None:
        to = command["to"]
        target = to if to.lower().startswith(("sip:", "sips:", "<")) else f"sip:{to}@{self.domain}"
        self.native_of(command).xfer(target, pj.CallOpParam(True))

    def do_transfer_to_call(self, command: dict[str, Any]) -> None:
        self.native_of(command).xferReplaces(self.native_of(command, "other"), pj.CallOpParam(True))

    def do_play(self, command: dict[str, Any]) -> None:
        self.call_of(command).play(command["file"], bool(command.get("loop", True)))

    def do_stop_playing(self, command: dict[str, Any]) -> None:
        self.call_of(command).stop_playing()

    def do_record(self, command: dict[str, Any]) -> None:
        self.call_of(command).record(command["file"])

    def do_stop_recording(self, command: dict[str, Any]) -> None:
        self.call_of(command).stop_recording()

    def do_statistics(self, command: dict[str, Any]) -> dict[str, object]:
        native = self.native_of(command)
        stream = native.getStreamStat(0)
        return {
            "received": stream.rtcp.rxStat.pkt,
            "lost": stream.rtcp.rxStat.loss,
            "sent": stream.rtcp.txStat.pkt,
            "dump": native.dump(True, " "),
        }

    def do_ring_at_once(self, command: dict[str, Any]) -> None:
        self.ring_at_once = bool(command["on"])

    def do_quit(self, _command: dict[str, Any]) -> None:
        self.endpoint.stop()

    def drop_everything(self) -> None:
        for call in list(self.calls.values()):
            call.drop()
        self.calls.clear()
        self.account.shutdown()
        self.endpoint.let_go(self.account)
        del self.account


def main() -> int:
    """Runs the phone until `quit` or the end of standard input."""
    writer = JsonLineWriter(claim_standard_output())
    lines = json_lines(sys.stdin, lambda text: writer.write(event="refused", reason=text))
    start = next(lines)
    logging.basicConfig(
        level=logging.DEBUG if start.get("trace") else logging.INFO,
        format="%(asctime)s.%(msecs)03d %(name)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    phone = Phone(writer, start)
    writer.write(reply=start.get("id"), uri=phone.uri)

    def read() -> None:
        for command in lines:
            phone.endpoint.post(lambda command=command: phone.handle(command))
        phone.endpoint.stop()

    threading.Thread(target=read, name="commands", daemon=True).start()
    phone.endpoint.run()
    phone.endpoint.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
