"""The one voicemail that is listened to: fetched, measured, played, and how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from softphone.phone.events import FileMeasured, RequestRefused, SoundFetched
from softphone.phone.failure import Refused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_voicemail

_BARS = 120


class VoicemailPlayback(QObject):
    """`changed`: what plays, or how far it is. `trouble`: the sentence of why it does not."""

    changed = Signal()
    trouble = Signal(str)

    def __init__(self, phone: Phone, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self._paths: dict[str, str] = {}
        self._measured: dict[str, FileMeasured] = {}  # by path
        self._wanted = ""  # plays as soon as its sound is here
        self.current = ""  # id of the message whose row is open
        self.device = "speaker"
        phone.on(Topic.SERVICE, self._service)
        phone.on(Topic.PLAYER, self._player)
        phone.on(Topic.VOICEMAILS, lambda _: self._listed())

    # --- how it is ------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The file of the open message, "" while it is not here yet."""
        return self._paths.get(self.current, "")

    @property
    def loading(self) -> bool:
        return bool(self._wanted)

    @property
    def playing(self) -> bool:
        player = self._phone.player
        return bool(self.path) and player.path == self.path and player.playing

    @property
    def at(self) -> float:
        player = self._phone.player
        return player.at if self.path and player.path == self.path else 0.0

    @property
    def bars(self) -> tuple[float, ...]:
        measured = self._measured.get(self.path)
        return measured.bars if measured is not None else ()

    # --- what the person asks -------------------------------------------------------------------------------------

    def toggle(self, voicemail_id: str) -> None:
        """Play it, or pause it where it is."""
        if voicemail_id == self.current and self.playing:
            self._phone.player.stop()
        else:
            self.play(voicemail_id)

    def play(self, voicemail_id: str) -> None:
        if voicemail_id != self.current:
            self.close()
            self.current = voicemail_id
        if self.path and Path(self.path).exists():
            self._play(self.at)
        else:
            self._paths.pop(voicemail_id, None)
            self._wanted = voicemail_id
            self._phone.voicemails.fetch(voicemail_id)
        self.changed.emit()

    def seek(self, seconds: float) -> None:
        """Elsewhere in it; it plays from there."""
        if self.path:
            self._play(seconds)

    def set_device(self, device: str) -> None:
        """speaker | ringer; what plays goes on there."""
        self.device = device
        if self.playing:
            self._play(self.at)
        self.changed.emit()

    def close(self) -> None:
        """No row is open any more."""
        if self.playing:
            self._phone.player.stop()
        self.current = self._wanted = ""
        self.changed.emit()

    # --- what comes -----------------------------------------------------------------------------------------------

    def _play(self, start: float) -> None:
        try:
            self._phone.player.play(self.path, start=start, device=self.device)
        except Refused as refused:
            self.trouble.emit(text_voicemail.cannot_play(refused.failure))
            return
        self._phone.voicemails.mark_read(self.current)

    def _service(self, payload: object) -> None:
        if isinstance(payload, SoundFetched) and payload.what == "voicemail":
            self._paths[payload.subject] = payload.path
            self._phone.player.measure(payload.path, _BARS)
            if payload.subject == self._wanted:
                self._wanted = ""
                self._play(0.0)
        elif isinstance(payload, RequestRefused) and payload.what == "voicemail":
            if payload.subject != self._wanted:
                return
            self._wanted = ""
            self.trouble.emit(text_voicemail.cannot_play(payload.failure))
        else:
            return
        self.changed.emit()

    def _player(self, payload: object) -> None:
        if isinstance(payload, FileMeasured):
            if payload.path not in self._paths.values():
                return
            self._measured[payload.path] = payload
        elif self.path and self._phone.player.path == self.path and self._phone.player.fault:
            self.trouble.emit(text_voicemail.unreadable())
        self.changed.emit()

    def _listed(self) -> None:
        if self.current and self._phone.voicemails.get(self.current) is None:
            self.close()
