"""Every key that acts in a window: what it does, which keys it has now, and shortcuts that follow a change."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

_MAC = sys.platform == "darwin"


@dataclass(frozen=True)
class Action:
    """`keys` are those it starts with, in Qt's portable form."""

    name: str
    keys: str


#: In the order in which they are shown.
ACTIONS = (
    Action("find", "Ctrl+K"),
    Action("answer", "Ctrl+Return"),
    Action("end", "Ctrl+E"),
    Action("mute", "Ctrl+Shift+M" if _MAC else "Ctrl+M"),
    Action("hold", "Ctrl+Shift+H" if _MAC else "Ctrl+H"),
    Action("swap", "Ctrl+L"),
    Action("call_keypad", "Ctrl+D"),
    Action("do_not_disturb", "Ctrl+Shift+D"),
    Action("calls", "Ctrl+1"),
    Action("keypad", "Ctrl+3"),
    Action("settings", "Ctrl+,"),
)
_DEFAULT = {action.name: action.keys for action in ACTIONS}
#: Keys of the settings window, of text fields, and of every window: they would be taken from what people know.
RESERVED = frozenset({"Ctrl+F", "Ctrl+Z", "Ctrl+Y", "Ctrl+X", "Ctrl+C", "Ctrl+V", "Ctrl+A", "Ctrl+Q", "Ctrl+W", "F6"})
_TYPED_IN = (QLineEdit, QPlainTextEdit, QTextEdit)
_NEVER = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
_MODIFIERS = frozenset({Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})


def portable(sequence: QKeySequence) -> str:
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def words(keys: str) -> str:
    """ "Ctrl Shift D"."""
    return " ".join(parts(keys))


def parts(keys: str) -> list[str]:
    """The caps of the keys, as this system names them."""
    native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    if _MAC or not native:
        return [native] if native else []
    head, _, last = native.rpartition("+")
    if not last:  # the plus key itself
        head, last = head.rpartition("+")[0], "+"
    return [*(part for part in head.split("+") if part), "Enter" if last == "Return" else last]


def may_be_chosen(keys: QKeySequence) -> bool:
    """A key alone would be typed in the box; Esc, Enter and Tab stay what they are."""
    if keys.isEmpty():
        return False
    combination = keys[0]  # type: ignore[index]
    key, modifiers = combination.key(), combination.keyboardModifiers()
    if key in _NEVER or key in _MODIFIERS or portable(keys) in RESERVED:
        return False
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    function_key = Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
    return bool(modifiers & held) or function_key


class Shortcuts(QObject):
    """`changed` tells the action whose keys are others now."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, str] = {}

    def keys(self, action: str) -> str:
        return self._chosen.get(action, _DEFAULT[action])

    def words(self, action: str) -> str:
        return words(self.keys(action))

    @property
    def chosen(self) -> dict[str, str]:
        """What differs from the start, to be kept."""
        return dict(self._chosen)

    def used_by(self, keys: str, besides: str) -> str | None:
        """The other action that has these keys."""
        return next((name for name in _DEFAULT if name != besides and keys and self.keys(name) == keys), None)

    def choose(self, action: str, keys: str) -> None:
        """Keys for an action, taken from another that has them; "" for none."""
        other = self.used_by(keys, action)
        if other is not None:
            self._set(other, "")
        self._set(action, keys)

    def reset(self) -> None:
        """All as at the start."""
        for name in tuple(self._chosen):
            self._set(name, _DEFAULT[name])

    def restore(self, chosen: Mapping[str, str]) -> None:
        """What was kept; names that are not known any more are left out."""
        for name in _DEFAULT:
            self._set(name, chosen.get(name, _DEFAULT[name]))

    def _set(self, name: str, keys: str) -> None:
        if self.keys(name) == keys:
            return
        if keys == _DEFAULT[name]:
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys
        self.changed.emit(name)


_shortcuts: Shortcuts | None = None


def shortcuts() -> Shortcuts:
    """The application's one table of keys."""
    global _shortcuts
    if _shortcuts is None:
        _shortcuts = Shortcuts()
    return _shortcuts


def with_keys(text: str, action: str) -> str:
    """A tooltip: the words, and the keys that the action has now."""
    keys = shortcuts().words(action)
    return f"{text}  {keys}" if keys else text


def bind(window: QWidget, keys: str, action: Callable[[], object]) -> QShortcut:
    """A shortcut of one top-level window, whatever has the focus in it."""
    shortcut = QShortcut(QKeySequence(keys), window)
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.setAutoRepeat(False)
    shortcut.activated.connect(action)
    return shortcut


class _KeysFirst(QObject):
    """A text field has keys of its own (Ctrl E to the end of the line on X11); those of the table come before them."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._focus_changed)
        self._focus_changed(None, app.focusWidget())

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None and isValid(before) and isinstance(before, _TYPED_IN):
            before.removeEventFilter(self)
        if isinstance(now, _TYPED_IN):
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        keys = portable(QKeySequence(event.keyCombination())).replace("Enter", "Return")
        if shortcuts().used_by(keys, "") is None:
            return False
        event.ignore()
        return True


_keys_first: _KeysFirst | None = None


def _come_first() -> None:
    """Once an application is there."""
    global _keys_first
    app = QApplication.instance()
    if isinstance(app, QApplication) and (_keys_first is None or not isValid(_keys_first)):
        _keys_first = _KeysFirst(app)


class ActionShortcut(QShortcut):
    """Follows the keys of its action. "Return" stands for the Enter of the number pad too."""

    def __init__(self, window: QWidget, action: str, do: Callable[[], object]) -> None:
        super().__init__(window)
        self._action = action
        self.setContext(Qt.ShortcutContext.WindowShortcut)
        self.setAutoRepeat(False)
        self.activated.connect(do)
        shortcuts().changed.connect(self._changed)
        self._changed(action)
        _come_first()

    def _changed(self, action: str) -> None:
        if action == self._action:
            keys = shortcuts().keys(action)
            both = dict.fromkeys((keys, keys.replace("Return", "Enter"))) if keys else ()  # a key twice is ambiguous
            self.setKeys([QKeySequence(one) for one in both])


def bind_action(window: QWidget, action: str, do: Callable[[], object]) -> ActionShortcut:
    return ActionShortcut(window, action, do)
