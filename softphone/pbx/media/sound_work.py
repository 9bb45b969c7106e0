"""Speech and MP3 made in a process of their own, one for each piece of work.

Both come from C libraries that are fed with what people type and upload: a crash there must not end calls, and the time
they take is not signalling's. `python -m softphone.pbx.media.sound_work` reads a JSON line and then bytes, and answers
with a JSON line and then bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from softphone.pbx.media import mp3
from softphone.pbx.media.speech import NothingToSay, SpeechFailed, Voice, speak, synthesise, write_wav

SECONDS = 30.0  # longer is a hang
_AT_ONCE = threading.BoundedSemaphore(2)
_ROOT = str(Path(__file__).resolve().parents[3])


def speak_to_file(text: str, voice: Voice, file: Path) -> None:
    """A WAV file of 16 kHz. Raises SpeechFailed."""
    _work({"do": "speak", "text": text, "voice": asdict(voice), "file": str(file)}, failed=SpeechFailed)


def speak_to_mp3(text: str, voice: Voice) -> bytes:
    """Raises SpeechFailed, or NothingToSay."""
    _, content = _work({"do": "speak", "text": text, "voice": asdict(voice)}, failed=SpeechFailed)
    return content


def check_mp3(content: bytes, longest_seconds: float, file: Path | None = None) -> float:
    """Its seconds, once it is decoded as a whole; also written as a WAV file. Raises NoMp3 or TooLong."""
    asked = {"do": "decode", "longest": longest_seconds, "file": str(file) if file is not None else None}
    answer, _ = _work(asked, content, failed=mp3.NoMp3)
    return float(answer["seconds"])


def _work(asked: dict[str, Any], content: bytes = b"", *, failed: type[Exception]) -> tuple[dict[str, Any], bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH")]))}
    with _AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "softphone.pbx.media.sound_work"], env=environment, timeout=SECONDS,
                input=json.dumps(asked).encode() + b"\n" + content, stdout=subprocess.PIPE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise failed(f"it takes more than {SECONDS:.0f} s") from None
    line, _, result = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise failed(f"the process that made it ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(line)
    match answer.get("refused"):
        case None:
            return answer, result
        case "too-long":
            raise mp3.TooLong(float(answer["seconds"]))
        case "nothing-to-say":
            raise NothingToSay(str(answer["reason"]))
        case _:
            raise failed(str(answer["reason"]))


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """One piece of work."""
    asked = json.loads(stdin.readline())
    answer: dict[str, Any] = {}
    result = b""
    try:
        if asked["do"] == "decode":
            answer = _decode(stdin.read(), asked["longest"], asked["file"])
        else:
            result = _speak(asked["text"], Voice(**asked["voice"]), asked.get("file"))
    except mp3.TooLong as error:
        answer = {"refused": "too-long", "seconds": error.seconds}
    except NothingToSay as error:
        answer = {"refused": "nothing-to-say", "reason": str(error)}
    except (mp3.NoMp3, SpeechFailed) as error:
        answer = {"refused": "failed", "reason": str(error)}
    stdout.write(json.dumps(answer).encode() + b"\n" + result)
    stdout.flush()


def _decode(content: bytes, longest: float, file: str | None) -> dict[str, Any]:
    samples = mp3.decode(content, longest)
    if file is not None:
        write_wav(Path(file), samples)
    return {"seconds": len(samples) / mp3.SAMPLE_RATE}


def _speak(text: str, voice: Voice, file: str | None) -> bytes:
    if file is not None:
        speak(text, voice, Path(file))
        return b""
    rate, samples = synthesise(text, voice)
    return mp3.encode(samples, rate)


if __name__ == "__main__":
    own = os.fdopen(os.dup(1), "wb")  # whatever a C library prints goes elsewhere
    os.dup2(2, 1)
    main(sys.stdin.buffer, own)
