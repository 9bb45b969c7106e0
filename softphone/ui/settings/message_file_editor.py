"""The message as an MP3 file: dropped or chosen, seen as a waveform, heard, replaced, removed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.ui import text_no_answer as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.drop_area import DropArea
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.listening import HeardOn, Listening
from softphone.ui.settings.message_file import LONGEST, MEGABYTES, MessageFile
from softphone.ui.text import timer
from softphone.ui.theme.icons import paint_icon
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import ElidedLabel, Label, TextBlock
from softphone.ui.widgets.painted_button import PaintedButton, fill_round
from softphone.ui.widgets.spinner import Spinner
from softphone.ui.widgets.waveform import Waveform

_PLAY = 36


class PlayButton(PaintedButton):
    """A round one, 36; `playing` shows the pause sign. Never mirrored."""

    focus_radius = _PLAY // 2

    def __init__(self) -> None:
        super().__init__()
        self._playing = False
        self.setFixedSize(_PLAY, _PLAY)
        self.set_playing(False)

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        name = words.stop() if playing else words.play()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_PLAY, _PLAY)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = self.state_color(t.color("accent-fill"), t.color("accent-hover"), t.color("accent-pressed"))
        enabled = self.isEnabled()
        fill_round(painter, QRectF(self.rect()), _PLAY / 2, fill if enabled else t.color("bg-muted"))
        box = QRectF(0, 0, 18, 18)
        box.moveCenter(QRectF(self.rect()).center())
        ink = "accent-on" if enabled else "text-disabled"
        paint_icon(painter, box, "pause" if self._playing else "play", ink, "fill")


class MessageFileEditor(Editor):
    """The value is the `audio` object of the settings, None where there is no file; choosing None removes it."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self._audio: Json = None
        self._usable = True
        self.listening = Listening(context, "message", self)
        self.file = MessageFile(context.phone, self)
        self.drop = DropArea(words.drop_here(), words.choose_a_file(), words.limits(LONGEST // 60, MEGABYTES))
        self.play, self.wave = PlayButton(), Waveform(words.message())
        self.name, self.about = ElidedLabel("", "body"), Label("", "caption", "text-tertiary", tabular=True)
        self.replace = Button(words.replace(), "secondary", size="compact")
        self.remove = Button(words.remove(), "quiet", size="compact")
        self.heard_on = HeardOn(self.listening)
        self.on_its_way = Label("", "body")
        self.status = TextBlock("", "caption", "text-tertiary")
        self._dialog: QFileDialog | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._pages = (self.drop, self._chosen_page(), self._way_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        for page in self._pages:
            column.addWidget(page)
            page.hide()
        column.addWidget(self.status)
        self.status.hide()

    def _chosen_page(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.name, 1)
        top.addWidget(self.about)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(top)
        right.addWidget(self.wave)
        sound = QHBoxLayout()
        sound.setSpacing(14)
        sound.addWidget(self.play, 0, Qt.AlignmentFlag.AlignVCenter)
        sound.addLayout(right, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.replace)
        below.addWidget(self.remove)
        below.addStretch(1)
        below.addWidget(self.heard_on)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(sound)
        column.addLayout(below)
        return page

    def _way_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Spinner())
        row.addWidget(self.on_its_way, 1)
        return page

    def _connect(self) -> None:
        self.drop.dropped.connect(self._take)
        self.drop.asked.connect(self._choose)
        self.replace.clicked.connect(lambda _=False: self._choose())
        self.remove.clicked.connect(lambda _=False: self._remove())
        self.play.clicked.connect(lambda _=False: self._play_or_stop())
        self.wave.sought.connect(self._seek)
        self.listening.changed.connect(self._show)
        self.listening.trouble.connect(self._say)
        self.file.changed.connect(self._way_changed)
        self.file.sent.connect(self._sent)
        self.file.trouble.connect(self.faulty)

    # --- the editor -----------------------------------------------------------------------------------------------

    def controls(self) -> list[QWidget]:
        return [self.drop.choose, self.play, self.wave, self.replace, self.remove, self.heard_on]

    def set_name(self, name: str, description: str) -> None:
        """Each control has a name of its own."""

    def set_usable(self, usable: bool, reason: str) -> None:
        """To listen changes nothing: that stays."""
        self._usable = usable
        for widget in (self.drop, self.replace, self.remove):
            widget.setEnabled(usable)
            widget.setToolTip("" if usable else reason)

    def show_value(self, value: Json) -> None:
        if value != self._audio:
            self._audio = value
            self.listening.forget()
            self._say("")
            # Once for each file, whatever the answer: a page is refreshed often, and by that answer too.
            if value and self._context.phone.offers("message"):
                self.listening.fetch(self._context.phone.message_audio, play=False)
        self._show()

    # --- what the person does -------------------------------------------------------------------------------------

    def _choose(self) -> None:
        """Not modal for the application: a call may come meanwhile."""
        if self._dialog is None and self._usable:
            dialog = QFileDialog(self.window(), words.choose_mp3(), "", f"{words.mp3_files()} (*.mp3 *.MP3)")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setWindowModality(Qt.WindowModality.NonModal)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(self._take)
            dialog.finished.connect(lambda _result: setattr(self, "_dialog", None))
            self._dialog = dialog
            dialog.show()

    def _take(self, path: str) -> None:
        self.faulty.emit("")
        self.file.take(path)

    def _remove(self) -> None:
        self.listening.stop()
        self.chosen.emit(None)

    def _play_or_stop(self) -> None:
        listening = self.listening
        self._say("")
        if listening.playing:
            listening.stop()
        elif listening.may_play():
            if listening.path and Path(listening.path).exists():
                listening.play(listening.at)
            else:
                listening.fetch(self._context.phone.message_audio, play=True)

    def _seek(self, seconds: float) -> None:
        if self.listening.path and self.listening.may_play():
            self.listening.play(seconds)

    # --- what is shown --------------------------------------------------------------------------------------------

    def _sent(self) -> None:
        """Another sound, be it of the same name and length."""
        self._audio = None
        self.listening.forget()

    def _way_changed(self) -> None:
        if self.file.path is None:
            self._context.refresh()
        self._show()

    def _show(self) -> None:
        listening, audio = self.listening, self._audio
        if self.file.path is not None:
            doing = words.uploading() if self.file.sending else words.checking()
            self.on_its_way.setText(words.doing_with(doing, self.file.name))
        elif audio:
            seconds = listening.total or float(audio.get("seconds") or 0)
            self.name.setText(str(audio.get("name") or words.message()))
            self.about.setText(words.length_and_size(timer(round(seconds)), self._size()))
            bars = listening.measured.bars if listening.measured is not None else ()
            if (seconds, bars) != (self.wave.seconds, self.wave.bars):
                self.wave.set_sound(seconds, bars)
            self.wave.set_at(listening.at)
            self.play.set_playing(listening.playing)
            self.heard_on.follow()
        shown = 2 if self.file.path is not None else 1 if audio else 0
        for number, page in enumerate(self._pages):
            page.setVisible(number == shown)

    def _size(self) -> str:
        """Of the file as the service has it, once it is here."""
        try:
            return words.file_size(Path(self.listening.path).stat().st_size) if self.listening.path else ""
        except OSError:
            return ""

    def _say(self, sentence: str) -> None:
        self.status.set_text(sentence)
        self.status.setVisible(bool(sentence))
