"""The voicemail list: messages by day, listened to in place, kept elsewhere, or deleted with a way back."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QPoint, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from softphone.phone.party import Party
from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.voicemail import Voicemail
from softphone.ui import text_status, text_voicemail
from softphone.ui.main.call_row_delegate import heading_height, paint_heading
from softphone.ui.main.note import show_note
from softphone.ui.main.voicemail_playback import VoicemailPlayback
from softphone.ui.main.voicemail_row import VoicemailRow
from softphone.ui.text_call import Caller, caller
from softphone.ui.text_main import day_heading
from softphone.ui.theme.theme import theme
from softphone.ui.widgets.overlay_scroll_bar import OverlayScrollBar
from softphone.ui.widgets.popup import MenuItem, PopupMenu
from softphone.ui.widgets.toast import show_toast


class _Day(QWidget):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setAccessibleName(text)
        self.setFixedHeight(heading_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_heading(QPainter(self), self.rect(), self._text)


def who_left(phone: Phone, entry: Voicemail) -> Caller:
    return caller(phone, Party(entry.caller or "anonymous", "", entry.caller_name))


class VoicemailList(QScrollArea):
    """Loads when it is shown. `call_wanted` carries what to dial."""

    call_wanted = Signal(str)
    count_changed = Signal()  # what is deleted with a way back is not counted any more

    def __init__(self, phone: Phone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phone = phone
        self.playback = VoicemailPlayback(phone, self)
        self.rows: dict[str, VoicemailRow] = {}
        self._shape: list[tuple[str, str]] = []
        self._leaving: dict[str, QTimer] = {}
        self._menu: PopupMenu | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(text_voicemail.voicemail())
        self._canvas = QWidget()
        self.viewport().setAutoFillBackground(False)
        self._column = QVBoxLayout(self._canvas)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self._canvas)
        self._canvas.setAutoFillBackground(False)  # the area has switched it on
        self.scroll_bar = OverlayScrollBar(self)
        self.playback.changed.connect(self._show_playback)
        self.playback.trouble.connect(lambda sentence: show_note(self.window(), sentence, icon="warning"))
        for topic in (Topic.VOICEMAILS, Topic.DIRECTORY, Topic.REGISTRATION):
            phone.on(topic, lambda _: self.refresh())
        phone.on(Topic.SOUND, lambda _: self._show_playback())
        theme().changed.connect(self._rebuild)
        self.refresh()

    @property
    def entries(self) -> list[Voicemail]:
        return [one for one in self._phone.voicemails.entries if one.id not in self._leaving]

    @property
    def menu(self) -> PopupMenu | None:
        """The menu of a row while it is open."""
        return self._menu

    # --- rows -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        now = datetime.fromtimestamp(self._phone.now())
        shape = [(one.id, day_heading(datetime.fromtimestamp(one.at).date(), now.date())) for one in self.entries]
        if shape != self._shape:
            self._shape = shape
            self._lay_rows()
        for one in self.entries:
            who = who_left(self._phone, one)
            entry = self._phone.directory.get(one.caller)
            presence = entry.presence if entry is not None and self._phone.can_call else "unknown"
            self.rows[one.id].set_entry(one, who, presence, now, can_call=self._phone.can_call)  # type: ignore[arg-type]
        self._show_playback()

    def _rebuild(self) -> None:
        """Heights follow the text's size."""
        self._lay_rows()

    def _lay_rows(self) -> None:
        focused = next((key for key, row in self.rows.items() if row.head.hasFocus()), "")
        while self._column.count() > 1:
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if isinstance(widget, _Day):
                widget.deleteLater()
        kept = {key for key, _ in self._shape}
        for key in [key for key in self.rows if key not in kept]:
            row = self.rows.pop(key)
            row.hide()
            row.deleteLater()
        at, day = 0, ""
        for key, its_day in self._shape:
            if its_day != day:
                day = its_day
                self._column.insertWidget(at, _Day(day))
                at += 1
            if key not in self.rows:
                self.rows[key] = self._new_row(key)
            self._column.insertWidget(at, self.rows[key])
            at += 1
        if focused and focused not in kept:
            self.focus_first()
        self._one_stop()

    def _new_row(self, key: str) -> VoicemailRow:
        row = VoicemailRow()
        row.play.connect(lambda: self.playback.toggle(key))
        row.sought.connect(self.playback.seek)
        row.call.connect(lambda: self._call(key))
        row.save.connect(self._save)
        row.delete.connect(lambda: self.delete(key))
        row.menu.connect(lambda: self._open_menu(key))
        row.device_menu.connect(self._open_devices)
        row.moved.connect(lambda step: self._move(key, step))
        return row

    def _show_playback(self) -> None:
        playback = self.playback
        for key, row in self.rows.items():
            row.set_open(key == playback.current)
        row_open = self.rows.get(playback.current)
        entry = self._phone.voicemails.get(playback.current)
        if row_open is None or entry is None:
            return
        row_open.show_progress(
            playing=playback.playing, loading=playback.loading, at=playback.at, seconds=entry.seconds,
            bars=playback.bars, device=self._device_name(playback.device),
        )  # fmt: skip
        self._one_stop()

    # --- keys -----------------------------------------------------------------------------------------------------

    def focus_first(self) -> None:
        row = self.rows.get(self.playback.current) or next(iter(self._in_order()), None)
        if row is not None:
            row.head.setFocus(Qt.FocusReason.TabFocusReason)

    def _in_order(self) -> list[VoicemailRow]:
        return [self.rows[key] for key, _ in self._shape]

    def _one_stop(self) -> None:
        """For Tab the list is one stop: the row with the focus, else the open one, else the first."""
        rows = self._in_order()
        stop = next((row for row in rows if row.head.hasFocus()), None)
        stop = stop or self.rows.get(self.playback.current) or next(iter(rows), None)
        for row in rows:
            policy = Qt.FocusPolicy.StrongFocus if row is stop else Qt.FocusPolicy.ClickFocus
            row.head.setFocusPolicy(policy)

    def _move(self, key: str, step: int) -> None:
        rows = self._in_order()
        at = max(0, min(len(rows) - 1, rows.index(self.rows[key]) + step))
        for row in rows:
            row.head.by_key = True
        rows[at].head.setFocus(Qt.FocusReason.TabFocusReason)
        self.ensureWidgetVisible(rows[at], 0, heading_height())
        self._one_stop()

    # --- what can be done -----------------------------------------------------------------------------------------

    def _call(self, key: str) -> None:
        entry = self._phone.voicemails.get(key)
        if entry is not None and entry.caller:
            self.playback.close()
            self.call_wanted.emit(entry.caller)

    def _open_menu(self, key: str) -> None:
        entry, row = self._phone.voicemails.get(key), self.rows[key]
        if entry is None:
            return
        who = who_left(self._phone, entry)
        menu = PopupMenu(row, text_voicemail.menu_of(who.name))
        menu.add_item(MenuItem(text_voicemail.play_on(), lambda: self.playback.play(key), "play"))
        menu.add_item(
            MenuItem(text_voicemail.call_back(who.name), lambda: self._call(key), "phone",
                     enabled=self._phone.can_call and bool(entry.caller))
        )  # fmt: skip
        words = text_voicemail.mark_new() if entry.read else text_voicemail.mark_heard()
        read = not entry.read
        menu.add_item(MenuItem(words, lambda: self._phone.voicemails.mark_read(key, read), "voicemail"))
        menu.add_separator()
        menu.add_item(MenuItem(text_voicemail.delete(), lambda: self.delete(key), "trash", danger=True))
        menu.destroyed.connect(self._menu_closed)
        self._menu = menu
        menu.open_at(row.mapToGlobal(QPoint(row.width() - 200, row.head.height() - 8)))

    def _menu_closed(self) -> None:
        self._menu = None

    def _device_name(self, device: str) -> str:
        """Of the one that is open, else of the one that would be."""
        phone, speaker = self._phone, device == "speaker"
        chosen = phone.sound_choice.speaker if speaker else phone.sound_choice.ringer
        outputs = [one for one in phone.sound_devices if one.kind == "output"]
        found = next((one.name for one in outputs if one.id == chosen or (chosen is None and one.is_default)), "")
        used = phone.sound_in_use.speaker if speaker else phone.sound_in_use.ringer
        return used or found or (text_voicemail.speaker() if speaker else text_voicemail.ringing_device())

    def _open_devices(self, button: QWidget) -> None:
        menu = PopupMenu(button, button.accessibleName(), min_width=240)
        for device, text in (("speaker", text_voicemail.speaker()), ("ringer", text_voicemail.ringing_device())):
            name = self._device_name(device)
            menu.add_item(
                MenuItem(text, lambda d=device: self.playback.set_device(d),  # type: ignore[misc]
                         detail="" if name == text else name, checked=device == self.playback.device)
            )  # fmt: skip
        menu.open_below(button)

    def delete(self, key: str) -> None:
        """Out of sight at once, gone when the way back is."""
        entry = self._phone.voicemails.get(key)
        if entry is None or key in self._leaving:
            return
        if key == self.playback.current:
            self.playback.close()
        self._delete_the_others()
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._delete_now(key))
        self._leaving[key] = timer
        timer.start(theme().motion("undoHold"))
        name = who_left(self._phone, entry).name
        show_toast(
            self.window(), text_voicemail.deleted(name), icon="trash", action=text_status.undo(),
            on_action=lambda: self._keep(key), undo=True,
        )  # fmt: skip
        self.refresh()
        self.count_changed.emit()

    def _delete_the_others(self) -> None:
        """There is one way back at a time."""
        for key in tuple(self._leaving):
            self._delete_now(key)

    def _delete_now(self, key: str) -> None:
        timer = self._leaving.pop(key, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
            self._phone.voicemails.delete(key)
            self.count_changed.emit()

    def _keep(self, key: str) -> None:
        timer = self._leaving.pop(key, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
        self.refresh()
        self.count_changed.emit()

    def _save(self) -> None:
        path, entry = self.playback.path, self._phone.voicemails.get(self.playback.current)
        if not path or entry is None:
            return
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        who = who_left(self._phone, entry)
        name = text_voicemail.file_name(who, datetime.fromtimestamp(entry.at), Path(path).suffix)
        dialog = QFileDialog(self.window(), text_voicemail.save(), str(folder / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.save_to(path, Path(chosen)))
        dialog.open()

    def save_to(self, path: str, place: Path) -> None:
        try:
            shutil.copyfile(path, place)
        except OSError:
            show_note(self.window(), text_voicemail.not_saved(), icon="warning")
        else:
            show_note(self.window(), text_voicemail.saved(), icon="check-circle")

    # --- on and off the screen ------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._phone.voicemails.load()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.playback.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(self.viewport().rect(), theme().color("bg-surface"))
