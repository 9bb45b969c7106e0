"""The sound of a telephone: chosen devices, what is open, levels, and what is wrong with them."""

from __future__ import annotations

from softphone.phone import commands as cmd
from softphone.phone import events as ev
from softphone.phone.ports import UserAgentPort
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.sound import SoundChoice, SoundDevice, SoundInUse

SOUND_EVENTS = (ev.LevelsMeasured, ev.SoundDevicesChanged, ev.SoundTrouble)


class PhoneSound:
    """A part of `Phone`."""

    def __init__(self, user_agent: UserAgentPort, publisher: Publisher, choice: SoundChoice) -> None:
        self._sound = user_agent
        self._publish_sound = publisher.publish
        self.sound_choice = choice
        self.sound_devices: tuple[SoundDevice, ...] = ()
        self.sound_in_use = SoundInUse()
        self._sound_troubles: dict[str, str] = {}  # device ("microphone", ...) -> kind, in the order they began
        self.levels = ev.LevelsMeasured(0.0, 0.0)
        self._level_watchers = 0

    def play_digit(self, digit: str) -> None:
        """The sound of a keypad key, here only."""
        self._sound.send(cmd.PlayDigit(digit))

    def watch_levels(self, on: bool) -> None:
        """One more, or one fewer, visible window shows microphone and speaker levels (Topic.LEVELS)."""
        before = self._level_watchers
        self._level_watchers = max(0, before + (1 if on else -1))
        if bool(before) != bool(self._level_watchers):
            self._sound.send(cmd.ReportLevels(on))

    def choose_sound(self, choice: SoundChoice) -> None:
        self.sound_choice = choice
        self._send_sound()
        self._publish_sound(Topic.SOUND)

    @property
    def sound_trouble(self) -> str:
        """Kind of the `SoundTrouble` to show, "" for none: the microphone's first, since the others hear no word."""
        troubles = self._sound_troubles
        return troubles.get("microphone") or next(iter(troubles.values()), "")

    def _sound_trouble(self, event: ev.SoundTrouble) -> None:
        """Each device has its own trouble; "found" without a device ends all."""
        if event.kind != "found":
            self._sound_troubles[event.device] = event.kind
        elif event.device:
            self._sound_troubles.pop(event.device, None)
        else:
            self._sound_troubles.clear()
        self._publish_sound(Topic.SOUND)

    def _send_sound(self) -> None:
        c = self.sound_choice
        self._sound.send(
            cmd.SelectSound(c.microphone, c.speaker, c.ringer, c.echo_cancellation, c.noise_suppression)
        )

    def _sound_event(self, event: object) -> None:
        if isinstance(event, ev.LevelsMeasured):
            self.levels = event
            self._publish_sound(Topic.LEVELS, event)
        elif isinstance(event, ev.SoundDevicesChanged):
            self.sound_devices, self.sound_in_use = event.devices, event.in_use
            self._publish_sound(Topic.SOUND)
        elif isinstance(event, ev.SoundTrouble):
            self._sound_trouble(event)

    def _sound_ready(self) -> None:
        """A new child learns what it is to use."""
        self._send_sound()
        if self._level_watchers:
            self._sound.send(cmd.ReportLevels(True))
