"""Hearing the no-answer message here: in which device, how far it is, and why it cannot be heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from softphone.phone.events import FileMeasured, RequestRefused, SoundFetched
from softphone.phone.failure import FailureKind, Refused
from softphone.phone.publisher import Topic
from softphone.ui import text_no_answer as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.text_main import failure_sentence
from softphone.ui.widgets.select import Select

DEVICES = ("speaker", "ringer")
BARS = 160


class Listening(QObject):
    """One sound: `what` is preview or message, as the events name it. `changed`: how it stands; `trouble`: a sentence
    about why it is not heard. It is fetched once, and again after `forget`."""

    changed = Signal()
    trouble = Signal(str)

    def __init__(self, context: SettingsContext, what: str, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._what = context, what
        self._phone = context.phone
        self.path = ""
        self.measured: FileMeasured | None = None
        self.fetching = False
        self._plays = False  # as soon as it is here
        offs = [
            self._phone.on(Topic.SERVICE, self._service),
            self._phone.on(Topic.PLAYER, self._player),
        ]
        self.destroyed.connect(lambda: [off() for off in offs])

    @property
    def device(self) -> str:
        return str(self._context.memory.get("heard_on", DEVICES[0]))

    @property
    def playing(self) -> bool:
        return bool(self.path) and self._phone.player.path == self.path and self._phone.player.playing

    @property
    def at(self) -> float:
        return self._phone.player.at if self.path and self._phone.player.path == self.path else 0.0

    @property
    def total(self) -> float:
        if self.path and self._phone.player.path == self.path and self._phone.player.total:
            return self._phone.player.total
        return self.measured.seconds if self.measured is not None else 0.0

    def forget(self) -> None:
        """It is another sound by now."""
        self.stop()
        self.path, self.measured, self.fetching, self._plays = "", None, False, False
        self.changed.emit()

    def fetch(self, ask: Callable[[], None], *, play: bool) -> None:
        self._plays = play
        if not self.fetching:
            self.fetching = True
            ask()
        self.changed.emit()

    def play(self, start: float = 0.0) -> None:
        try:
            self._phone.player.play(self.path, start=start, device=self.device)
        except Refused:
            self.trouble.emit(words.not_during_a_call())

    def stop(self) -> None:
        if self.playing:
            self._phone.player.stop()

    def may_play(self) -> bool:
        """Else the sentence of why not is told, before anything is fetched."""
        if self._phone.calls.alive:
            self.trouble.emit(words.not_during_a_call())
            return False
        return True

    def choose_device(self, device: str) -> None:
        """What plays goes on there."""
        self._context.memory["heard_on"] = device
        if self.playing:
            self.play(self.at)

    # --- what comes -----------------------------------------------------------------------------------------------

    def _service(self, event: object) -> None:
        if not self.fetching or getattr(event, "what", "") != self._what:
            return
        if isinstance(event, SoundFetched):
            self.fetching, self.path = False, event.path
            self._phone.player.measure(event.path, BARS)
            if self._plays:
                self.play()
        elif isinstance(event, RequestRefused):
            self.fetching = False
            self.trouble.emit(words.not_heard(reason_of(event)))
        self.changed.emit()

    def _player(self, event: object) -> None:
        if isinstance(event, FileMeasured):
            if not self.path or event.path != self.path:
                return
            self.measured = event if not event.fault else None
        elif self.path and self._phone.player.path == self.path and self._phone.player.fault:
            self.trouble.emit(words.no_sound())
        self.changed.emit()


def reason_of(event: RequestRefused) -> str:
    """The service's own sentence, else ours; "" when it did not answer."""
    failure = event.failure
    if failure.faults:
        return failure.faults[0].detail
    if failure.sentence:
        return failure.sentence
    if failure.kind in (FailureKind.SERVER, FailureKind.TIMED_OUT) and failure.code is None:
        return ""
    return failure_sentence(failure)


class HeardOn(Select):
    """The speaker of calls, or the device that rings."""

    def __init__(self, listening: Listening, parent: Any = None) -> None:
        texts = [words.on_speaker(), words.on_ringer()]
        super().__init__(words.heard_on(), texts, DEVICES.index(listening.device), parent=parent)
        self.setFixedWidth(150)
        self._listening = listening
        self.changed.connect(lambda index: listening.choose_device(DEVICES[index]))

    def follow(self) -> None:
        """The choice is one for all messages."""
        index = DEVICES.index(self._listening.device)
        if index != self.index:
            self.set_options([words.on_speaker(), words.on_ringer()], index)
