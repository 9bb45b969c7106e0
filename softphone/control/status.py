"""The telephone's state as JSON values, for `softphone status --json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from softphone.phone.call import Call
from softphone.phone.failure import Failure
from softphone.phone.phone import Phone


def status_json(
    phone: Phone, about: dict[str, str], sentence: Callable[[Failure], str], timings: Mapping[str, float]
) -> dict[str, Any]:
    """Times in seconds; `duration` is talk time; statistics are those of `MediaMeasured`.

    `timings` are the firsts of this run, by the monotonic clock that all processes of the machine share.
    """
    now = phone.now()
    identity, registration = phone.session.identity, phone.registration
    return {
        **about,
        "session": phone.session.state.value,
        "signed_in": None
        if identity is None
        else {
            "kind": identity.kind,
            "label": identity.label,
            "address": identity.address,
            "email": identity.email,
            "organisation": identity.organisation,
            "kept": phone.session.kept,
        },
        "failure": sentence(phone.session.failure) if phone.session.failure else "",
        "service": sentence(phone.session.service_failure) if phone.session.service_failure else "",
        "registration": {
            "state": registration.state.value,
            "reason": sentence(registration.failure) if registration.failure else "",
            "kind": registration.failure.kind.value if registration.failure else "",
            "next_try_in": max(0.0, registration.next_try - now) if registration.next_try else None,
            "transport": registration.transport,
            "server": registration.server,
        },
        "calls": [_call_json(call, phone, now, sentence) for call in phone.calls],
        "missed": phone.missed_unseen,
        "voicemail": phone.mailbox_new,
        "mailbox": {
            "new": phone.mailbox_new,
            "listed": len(phone.voicemails.entries) if phone.voicemails.loaded else None,
            "unread": phone.voicemails.new if phone.voicemails.loaded else None,
        },
        "settings": settings_json(phone),
        "sound": sound_json(phone),
        "timings": dict(timings),
    }


def _call_json(call: Call, phone: Phone, now: float, sentence: Callable[[Failure], str]) -> dict[str, Any]:
    measured = call.measured
    return {
        "id": call.id,
        "direction": "outgoing" if call.outgoing else "incoming",
        "state": call.state.value,
        "peer": {
            "number": call.remote.user,
            "name": phone.name_of(call.remote),
            "address": call.remote.address,
        },
        "caller_id": call.caller_id,
        "duration": round(call.talk_seconds(now), 1),
        "hold": {"local": call.held_local, "remote": call.held_remote},
        "muted": call.muted,
        "media": call.media_active,
        "codec": call.codec,
        "clock_rate": call.clock_rate,
        "encryption": {"signalling": call.signalling == "tls", "media": call.srtp, "encrypted": call.encrypted},
        "digits_received": call.digits_received,
        "end": None
        if call.alive
        else {
            "code": call.end_code,
            "reason": call.end_reason,
            "kind": call.failure.kind.value if call.failure else "",
            "sentence": sentence(call.failure) if call.failure else "",
        },
        "statistics": None
        if measured is None
        else {
            "sent_packets": measured.sent_packets,
            "received_packets": measured.received_packets,
            "loss_in": measured.loss_in,
            "loss_out": measured.loss_out,
            "jitter_ms": measured.jitter_ms,
            "round_trip_ms": measured.round_trip_ms,
            "mos": measured.mos,
        },
    }


def sound_json(phone: Phone) -> dict[str, Any]:
    choice, in_use = phone.sound_choice, phone.sound_in_use
    return {
        "devices": [{"id": d.id, "name": d.name, "kind": d.kind, "default": d.is_default} for d in phone.sound_devices],
        "chosen": {
            "microphone": choice.microphone or "default",
            "speaker": choice.speaker or "default",
            "ringer": choice.ringer or "default",
        },
        "in_use": {"microphone": in_use.microphone, "speaker": in_use.speaker, "ringer": in_use.ringer},
        "trouble": phone.sound_trouble,
    }


def settings_json(phone: Phone) -> dict[str, Any] | None:
    """None while they are not known. `unsaved` names the settings that are not as saved, and how each stands."""
    settings = phone.settings
    if settings.document is None:
        return None
    dnd, forwarding = settings.document.dnd, settings.document.forwarding
    return {
        "kept_here": settings.kept_here,
        "unsaved": {where: state.value for where, state in settings.unsettled.items()},
        "dnd": {"enabled": dnd.enabled, "until": dnd.until},
        "forwarding": {
            "enabled": forwarding.enabled, "number": forwarding.number, "extensions": list(forwarding.extensions),
        },
    }
