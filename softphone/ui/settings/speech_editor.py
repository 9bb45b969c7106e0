"""The spoken message: its text, its voice, and hearing it before anyone else does."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from softphone.extension.document import Json
from softphone.extension.settings import Speech
from softphone.ui import text_no_answer as words
from softphone.ui.settings.context import SettingsContext
from softphone.ui.settings.editor import Editor
from softphone.ui.settings.listening import HeardOn, Listening
from softphone.ui.settings.slider import Slider
from softphone.ui.settings.text_area import TextArea
from softphone.ui.text import timer
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.button import Button
from softphone.ui.widgets.labels import Label, TextBlock
from softphone.ui.widgets.segmented import Segmented
from softphone.ui.widgets.select import Select

MOST = 500  # characters
_GENDERS = ("female", "male")
_SPOKEN_A_SECOND = 14.0  # characters, at rate 5
_NARROW = 480


class SpeechEditor(Editor):
    """The value is a `speech` object of the settings; each part of it decides by itself."""

    def __init__(self, context: SettingsContext) -> None:
        super().__init__()
        self._context = context
        self._saved = asdict(Speech())
        self._heard: Json = None  # what the fetched preview says
        self._said = ""  # why it was not heard, until it is tried again
        self.listening = Listening(context, "preview", self)
        self.text = TextArea()
        self.text.edit.setPlaceholderText(words.type_the_message())
        self.languages = list(words.language_names())
        self.language = Select(words.language(), [name for _, name in self.languages])
        self.voice = Segmented([words.woman(), words.man()], 0, words.voice())
        self.pitch, self.rate = Slider(0, 9, page=3), Slider(0, 9, page=3)
        self.listen = Button(words.listen(), "soft", "play", icon_weight="fill")
        self.heard_on = HeardOn(self.listening)
        self.status = TextBlock("", "caption", "text-tertiary")
        self._pitch_value, self._rate_value = (Label("", "caption", "text-secondary", tabular=True) for _ in range(2))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(0)
        column.addWidget(self.text)
        column.addSpacing(12)
        self._voice_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._voice_row.setSpacing(16)
        self._voice_row.addLayout(_labelled(words.language(), self.language), 1)
        self._voice_row.addLayout(_labelled(words.voice(), self.voice))
        column.addLayout(self._voice_row)
        column.addSpacing(12)
        self._sliders = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sliders.setSpacing(16)
        for slider, name, value, low, high in (
            (self.pitch, words.pitch(), self._pitch_value, words.low(), words.high()),
            (self.rate, words.rate(), self._rate_value, words.slow(), words.fast()),
        ):
            self._sliders.addLayout(_slider(slider, name, value, low, high), 1)
        column.addLayout(self._sliders)
        column.addSpacing(12)
        last = QHBoxLayout()
        last.setSpacing(12)
        last.addWidget(self.listen)
        last.addWidget(self.status, 1)
        last.addWidget(self.heard_on)
        column.addLayout(last)

    def _connect(self) -> None:
        self.text.edited.connect(self._typed)
        self.text.decided.connect(self._decide)
        self.text.restored.connect(self.revert)
        self.language.changed.connect(lambda _index: self._decide())
        self.voice.changed.connect(lambda _index: self._decide())
        for slider in (self.pitch, self.rate):
            slider.moved.connect(lambda _value: self._numbers())
            slider.decided.connect(lambda _value: self._decide())
        self.listen.clicked.connect(lambda _=False: self._listen())
        self.listening.changed.connect(self._show_listening)
        self.listening.trouble.connect(self._trouble)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        for row in (self._voice_row, self._sliders):
            row.setDirection(ways.TopToBottom if self.width() < theme().scaled(_NARROW) else ways.LeftToRight)

    # --- the editor -----------------------------------------------------------------------------------------------

    def controls(self) -> list[QWidget]:
        segments = self.voice.findChildren(QAbstractButton)
        return [self.text.edit, self.language, *segments, self.pitch, self.rate, self.listen, self.heard_on]

    def set_name(self, name: str, description: str) -> None:
        self.text.edit.setAccessibleName(words.spoken_text())
        self.text.edit.setAccessibleDescription(description)
        self.pitch.setAccessibleName(words.pitch())
        self.rate.setAccessibleName(words.rate())

    def set_usable(self, usable: bool, reason: str) -> None:
        """To listen changes nothing: that stays."""
        for widget in (self.text, self.language, self.voice, self.pitch, self.rate):
            widget.setEnabled(usable)
            widget.setToolTip("" if usable else reason)

    def set_error(self, on: bool) -> None:
        self.text.set_error(on)

    def show_value(self, value: Json) -> None:
        saved = {**asdict(Speech()), **(value or {})}
        self._saved = saved
        self.text.set_text(saved["text"])
        self._show_language(saved["language"])
        for control, index in ((self.voice, _GENDERS.index(saved["gender"])),):
            if control.index != index:
                control.blockSignals(True)
                control.set_index(index)
                control.blockSignals(False)
        for slider, number in ((self.pitch, saved["pitch"]), (self.rate, saved["rate"])):
            if not slider.held:
                slider.set_value(number)
        self._numbers()
        self._typed()

    def _show_language(self, tag: str) -> None:
        tags = [one for one, _ in self.languages]
        if tag not in tags:
            self.languages.append((tag, tag))
            tags.append(tag)
        if len(self.languages) != len(words.language_names()) or self.language.index != tags.index(tag):
            self.language.set_options([name for _, name in self.languages], tags.index(tag))

    @property
    def speech(self) -> dict[str, Any]:
        """As it is on the screen."""
        return {
            "language": self.languages[self.language.index][0], "gender": _GENDERS[self.voice.index],
            "pitch": self.pitch.value(), "rate": self.rate.value(), "text": self.text.text.strip(),
        }  # fmt: skip

    @property
    def editing(self) -> bool:
        return bool(self.text.text.strip() != self._saved["text"])

    @property
    def typed(self) -> Json:
        return self.speech

    def revert(self) -> None:
        self.text.set_text(self._saved["text"])
        self.faulty.emit("")

    # --- what the person does -------------------------------------------------------------------------------------

    def _fault(self) -> str:
        text = self.text.text.strip()
        if not text:
            return words.type_the_message()
        return words.shorten(MOST) if len(text) > MOST else ""

    def _typed(self) -> None:
        count = len(self.text.text.strip())
        self.text.count.setText(words.of_most(count, MOST))
        if count > MOST:
            self.faulty.emit(words.shorten(MOST))
        elif self.editing:
            self.faulty.emit("")
        self._show_listening()

    def _numbers(self) -> None:
        for slider, label in ((self.pitch, self._pitch_value), (self.rate, self._rate_value)):
            label.setText(str(slider.value()))
        self._show_listening()

    def _decide(self) -> None:
        fault, speech = self._fault(), self.speech
        if fault:
            self.faulty.emit(fault)
        elif speech != self._saved:
            self.chosen.emit(speech)

    # --- listening ------------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        self._said = ""
        if self.listening.playing:
            self.listening.stop()
            return
        fault = self._fault()
        if fault:
            self.faulty.emit(fault)
        elif self.listening.may_play():
            speech = self.speech
            if self.listening.path and self._heard == speech:
                self.listening.play()
                return
            self._heard = speech
            self.listening.forget()
            self.listening.fetch(lambda: self._context.phone.preview_speech(speech), play=True)

    def _show_listening(self) -> None:
        listening = self.listening
        self.listen.set_busy(listening.fetching)
        self.listen.setText(words.stop() if listening.playing else words.listen())
        self.listen.set_icon("stop-circle" if listening.playing else "play", weight="fill")
        self.heard_on.follow()
        self.heard_on.setVisible(self._context.phone.offers("preview"))
        self.listen.setVisible(self._context.phone.offers("preview"))
        self._say(self._said or self._length())

    def _length(self) -> str:
        listening = self.listening
        if listening.playing:
            return f"{timer(listening.at)} / {timer(listening.total)}"
        if listening.measured is not None and self._heard == self.speech:
            return words.about_seconds(max(1, round(listening.measured.seconds)))
        count = len(self.text.text.strip())
        pace = _SPOKEN_A_SECOND * (0.55 + 0.09 * self.rate.value())
        return words.about_seconds(max(1, round(count / pace))) if count else ""

    def _trouble(self, sentence: str) -> None:
        self._said = sentence
        self._show_listening()

    def _say(self, sentence: str) -> None:
        if sentence != self.status.plain_text():
            self.status.set_text(sentence)


def _labelled(text: str, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(6)
    column.addWidget(Label(text, "caption", "text-secondary", weight=500))
    column.addWidget(widget)
    column.addStretch(1)
    return column


def _slider(slider: Slider, name: str, value: Label, low: str, high: str) -> QVBoxLayout:
    """Its name and value above it, what its ends mean beside it."""
    top = QHBoxLayout()
    top.addWidget(Label(name, "caption", "text-secondary", weight=500))
    top.addStretch(1)
    top.addWidget(value)
    line = QHBoxLayout()
    line.setSpacing(8)
    line.addWidget(Label(low, "caption", "text-tertiary"))
    line.addWidget(slider, 1)
    line.addWidget(Label(high, "caption", "text-tertiary"), 0, Qt.AlignmentFlag.AlignVCenter)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addLayout(top)
    column.addLayout(line)
    return column
