"""Virtual sound cards: a private PulseAudio with speakers that are heard and microphones to speak into."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.int16]

_STARTUP = """
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
"""


def wait_until(true: Callable[[], object], what: str, seconds: float = 5.0, every: float = 0.02) -> None:
    """Wait until `true()` is, or fail the test saying what did not come."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(every)


class Recording:
    """What a speaker gives out, from `PulseServer.record` until `stop`."""

    def __init__(self, process: subprocess.Popen[bytes], file: Path) -> None:
        self._process, self._file = process, file

    @property
    def seconds(self) -> float:
        """How much has been heard so far."""
        return self._file.stat().st_size / 2 / RATE if self._file.exists() else 0.0

    def so_far(self) -> Samples:
        """Mono samples at 16 kHz heard up to now."""
        data = self._file.read_bytes()
        return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2")

    def stop(self) -> Samples:
        """End the recording; mono samples at 16 kHz."""
        _end(self._process)
        return self.so_far()


class PulseServer:
    """A private sound server: `with PulseServer() as sound:`, children started with `env=sound.env(...)`.

    It starts with the microphone "headset_mic" and the speaker "headset_out" as system defaults. Runs as any user,
    root too, and needs no sound card. A microphone is a null sink played into and a source made of its monitor.
    """

    def __init__(self, microphone: str = "headset_mic", speaker: str = "headset_out") -> None:
        self._first = (microphone, speaker)
        self._modules: dict[str, list[str]] = {}
        self._running: list[subprocess.Popen[bytes]] = []
        self._recordings = 0

    def __enter__(self) -> PulseServer:
        self.folder = Path(tempfile.mkdtemp(prefix="softphone-sound-"))
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _start(self) -> None:
        self._socket = self.folder / "native"
        script = self.folder / "startup.pa"
        script.write_text(_STARTUP.format(socket=self._socket))
        self._log = self.folder / "pulseaudio.log"
        with self._log.open("wb") as log:
            daemon = subprocess.Popen(
                ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                 "--disable-shm=yes"],
                env=self.env() | {"HOME": str(self.folder), "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._daemon = daemon
        self._running.append(daemon)
        wait_until(self._answers, "the sound server", 10)
        microphone, speaker = self._first
        self.add_microphone(microphone)
        self.add_speaker(speaker)
        self.set_default(microphone=microphone, speaker=speaker)

    def _answers(self) -> bool:
        if self._daemon.poll() is not None:
            raise AssertionError("pulseaudio ended: " + self._log.read_text(errors="replace"))
        return self._socket.exists() and subprocess.run(["pactl", "info"], env=self.env(), capture_output=True,
                                                        timeout=10).returncode == 0  # fmt: skip

    def env(self, base: dict[str, str] | None = None) -> dict[str, str]:
        """Environment of a child that uses this server (`base`: instead of this process's)."""
        env = dict(os.environ if base is None else base)
        for name in ("PULSE_SINK", "PULSE_SOURCE", "SOFTPHONE_SOUND", "PIPEWIRE_REMOTE"):
            env.pop(name, None)
        return env | {"PULSE_SERVER": f"unix:{self._socket}", "PULSE_RUNTIME_PATH": str(self.folder),
                      "PULSE_STATE_PATH": str(self.folder), "PULSE_COOKIE": str(self.folder / "cookie")}  # fmt: skip

    def pactl(self, *words: str) -> str:
        """Answer of one pactl command."""
        done = subprocess.run(["pactl", *words], env=self.env(), capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, f"pactl {' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    # --- cards ---------------------------------------------------------------------------------------------------

    def add_speaker(self, name: str, label: str | None = None, rate: int = 48_000) -> None:
        """Plug in a speaker; what it gives out is heard by `record(name)`."""
        self._modules[name] = [self._null_sink(name, label or _title(name), rate)]

    def add_microphone(self, name: str, label: str | None = None, rate: int = 48_000) -> None:
        """Plug in a microphone; `play(wav, name)` speaks into it."""
        sink = self._null_sink(f"{name}_air", f"Air before {name}", rate)
        source = self.pactl("load-module", "module-remap-source", f"source_name={name}", f"master={name}_air.monitor",
                            f"source_properties=\"device.description='{label or _title(name)}'\"",
                            "remix=no")  # fmt: skip
        self._modules[name] = [source, sink]

    def _null_sink(self, name: str, label: str, rate: int) -> str:
        return self.pactl("load-module", "module-null-sink", f"sink_name={name}", f"rate={rate}",
                          "channels=1", "channel_map=mono", "norewinds=1",
                          f"sink_properties=\"device.description='{label}'\"")  # fmt: skip

    def remove(self, name: str) -> None:
        """Pull the plug of a speaker or microphone."""
        for module in self._modules.pop(name):
            self.pactl("unload-module", module)

    def set_default(self, *, microphone: str | None = None, speaker: str | None = None) -> None:
        if microphone:
            self.pactl("set-default-source", microphone)
        if speaker:
            self.pactl("set-default-sink", speaker)

    def couple(self, speaker: str, microphone: str, latency_ms: int = 20) -> None:
        """Let the microphone hear the speaker, as in a room: acoustic echo."""
        module = self.pactl("load-module", "module-loopback", f"source={speaker}.monitor", f"sink={microphone}_air",
                            f"latency_msec={latency_ms}", "adjust_time=0", "source_dont_move=yes",
                            "sink_dont_move=yes")  # fmt: skip
        self._modules[f"{speaker}->{microphone}"] = [module]

    def streams(self) -> tuple[int, int]:
        """How many programs play and record right now (recordings of this fixture count too)."""
        of = [self.pactl("list", "short", kind).splitlines() for kind in ("sink-inputs", "source-outputs")]
        playing, recording = ([line for line in lines if "protocol-native" in line] for lines in of)
        return len(playing), len(recording)

    # --- speaking and hearing ------------------------------------------------------------------------------------

    def play(self, wav: Path | str, microphone: str = "headset_mic") -> subprocess.Popen[bytes]:
        """Speak a WAV file into a microphone; `.wait(timeout)` on what is returned to hear its end."""
        process = subprocess.Popen(["paplay", f"--device={microphone}_air", "--latency-msec=60", str(wav)],
                                   env=self.env(), stdin=subprocess.DEVNULL)  # fmt: skip
        self._running.append(process)
        return process

    def record(self, speaker: str = "headset_out") -> Recording:
        """Start to record what a speaker gives out; returns once the recording runs."""
        return self._record_source(f"{speaker}.monitor")

    def record_microphone(self, microphone: str = "headset_mic") -> Recording:
        """Start to record what a microphone hears."""
        return self._record_source(f"{microphone}_air.monitor")

    def _record_source(self, source: str) -> Recording:
        self._recordings += 1
        file = self.folder / f"recording-{self._recordings}.raw"
        with file.open("wb") as out:
            process = subprocess.Popen(
                ["parec", f"--device={source}", f"--rate={RATE}", "--channels=1", "--format=s16le", "--raw",
                 "--latency-msec=20"], env=self.env(), stdin=subprocess.DEVNULL, stdout=out)  # fmt: skip
        self._running.append(process)
        recording = Recording(process, file)
        wait_until(lambda: recording.seconds > 0, f"sound of {source}")
        return recording

    def stop_daemon(self) -> None:
        """Kill the sound server as a crash would."""
        self._daemon.kill()
        self._daemon.wait(5)

    def close(self) -> None:
        for process in reversed(self._running):
            _end(process)
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)


def _title(name: str) -> str:
    return name.replace("_", " ").title()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(3)


# --- signals ---------------------------------------------------------------------------------------------------------


def read_wav(file: Path | str) -> Samples:
    """Samples of a mono 16 bit WAV file."""
    with wave.open(str(file)) as source:
        return np.frombuffer(source.readframes(source.getnframes()), dtype="<i2")


def write_wav(file: Path | str, samples: Samples, rate: int = RATE) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.asarray(samples, dtype="<i2").tobytes())


def level_db(samples: Samples) -> float:
    """RMS level in dBFS."""
    if not len(samples):
        return -120.0
    return float(20 * np.log10(max(np.sqrt(np.mean(np.square(samples.astype(np.float64)))), 0.03) / 32768))


def best_match(sent: Samples, heard: Samples) -> tuple[float, float, int]:
    """How well `heard` contains `sent`: (normalised cross-correlation 0-1, level change in dB, delay in samples)."""
    a, b = sent.astype(np.float64), heard.astype(np.float64)
    size = 1 << int(np.ceil(np.log2(len(a) + len(b))))
    product = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size)), size)[: max(len(b) - len(a), 0) + 1]
    energy = np.concatenate([[0.0], np.cumsum(b * b)])
    window = energy[len(a) :][: len(product)] - energy[: len(product)]
    score = product / np.sqrt(np.maximum(window, 1.0) * max(float(np.sum(a * a)), 1.0))
    delay = int(np.argmax(score))
    part = heard[delay : delay + len(a)]
    return float(score[delay]), level_db(part) - level_db(sent), delay


def match_by_parts(sent: Samples, heard: Samples, seconds: float = 0.4) -> tuple[float, float, float]:
    """As `best_match` for parts of `seconds`: (correlation by energy, level change in dB, spread of the delay in s).

    For a busy machine, where a virtual sound card loses some milliseconds now and then: one such slip spoils the
    correlation of the whole and of no more than one part. Parts are sought around the place of the whole.
    """
    size, reach = int(seconds * RATE), int(0.25 * RATE)
    _, _, place = best_match(sent, heard)
    scores, weights, delays, levels = [], [], [], []
    for at in range(0, len(sent) - size + 1, size):
        part = sent[at : at + size]
        if level_db(part) < level_db(sent) - 15:
            continue
        start = max(0, place + at - reach)
        window = heard[start : place + at + size + reach]
        if len(window) < size:
            return 0.0, -120.0, seconds
        score, change, delay = best_match(part, window)
        energy = float(np.sum(np.square(part.astype(np.float64))))
        scores.append(score * energy)
        levels.append(10 ** (change / 10) * energy)
        weights.append(energy)
        delays.append(start + delay - at)
    total = sum(weights)
    return sum(scores) / total, float(10 * np.log10(sum(levels) / total + 1e-12)), (max(delays) - min(delays)) / RATE
