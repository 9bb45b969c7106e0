"""An MP3 on its way to become the message: looked at here, then sent. Nothing that the service would refuse leaves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from softphone.phone.events import FileMeasured, RequestDone, RequestRefused
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.ui import text_no_answer as words
from softphone.ui.settings.listening import reason_of

MEGABYTES, LONGEST = 5, 60
_LARGEST = MEGABYTES * 1024 * 1024
_HEAD = 3
_ANSWER_MS = 8000  # the child that looks at it may be away: the service looks once more


class MessageFile(QObject):
    """`changed`: how it stands; `sent`: the service has it; `trouble`: why it cannot be the message."""

    changed = Signal()
    sent = Signal()
    trouble = Signal(str)

    def __init__(self, phone: Phone, parent: QObject) -> None:
        super().__init__(parent)
        self._phone = phone
        self.path: Path | None = None  # of the file on its way
        self.sending = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_ANSWER_MS)
        self._patience.timeout.connect(self._send)
        offs = [phone.on(Topic.PLAYER, self._measured), phone.on(Topic.SERVICE, self._answered)]
        self.destroyed.connect(lambda: [off() for off in offs])

    @property
    def name(self) -> str:
        return self.path.name if self.path is not None else ""

    def take(self, path: str) -> None:
        """Look at it; if it is fine, send it."""
        if self.path is not None:
            return
        found = Path(path)
        fault = _fault(found)
        if fault:
            self.trouble.emit(fault)
            return
        self.path = found
        self._patience.start()
        self._phone.player.measure(str(found), 1)
        self.changed.emit()

    def _measured(self, event: object) -> None:
        if not isinstance(event, FileMeasured) or self.path is None or self.sending or event.path != str(self.path):
            return
        if event.fault:
            self._give_up(words.not_an_mp3(self.name))
        elif event.seconds > LONGEST:
            self._give_up(words.too_long(self.name))
        else:
            self._send()

    def _send(self) -> None:
        self._patience.stop()
        if self.path is not None:
            self.sending = True
            self._phone.upload_message(self.path)
            self.changed.emit()

    def _answered(self, event: object) -> None:
        if not self.sending or not isinstance(event, RequestDone | RequestRefused) or event.what != "upload":
            return
        if isinstance(event, RequestRefused):
            large = event.failure.code == 413
            self._give_up(words.too_large(self.name, MEGABYTES) if large else words.not_uploaded(reason_of(event)))
            return
        self.path, self.sending = None, False
        self.sent.emit()
        self.changed.emit()

    def _give_up(self, sentence: str) -> None:
        self._patience.stop()
        self.path, self.sending = None, False
        self.trouble.emit(sentence)
        self.changed.emit()


def _fault(path: Path) -> str:
    """What can be seen without playing it. An MP3 begins with a tag (ID3v2), or with the sync word of a frame."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return words.cannot_be_read(path.name)
    frame = len(head) == _HEAD and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    if head != b"ID3" and not frame:
        return words.not_an_mp3(path.name)
    return words.too_large(path.name, MEGABYTES) if size > _LARGEST else ""
