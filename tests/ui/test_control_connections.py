"""The local socket lets go of every connection, also of one whose asker did not wait."""

import gc
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from softphone.control.client import ask
from softphone.control.protocol import Question, Reply
from softphone.control.server import ControlServer


@pytest.fixture
def address() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="sp-") as folder:
        yield str(Path(folder) / "s")


def connections() -> int:
    QCoreApplication.processEvents()
    gc.collect()
    return sum(isinstance(thing, QLocalSocket) for thing in gc.get_objects())


def test_fifty_questions_leave_no_connection_behind(qtbot: QtBot, address: str) -> None:
    server = ControlServer(lambda question, reply: reply(Reply(result=question.verb)))
    assert server.listen(address)
    before, answers = connections(), []

    def ask_fifty() -> None:
        for number in range(50):
            answers.append(ask(address, Question(f"verb{number}", {}), timeout=10).result)

    asker = threading.Thread(target=ask_fifty)
    asker.start()
    qtbot.waitUntil(lambda: len(answers) == 50, timeout=10_000)
    asker.join()
    qtbot.waitUntil(lambda: connections() == before, timeout=5_000)
    assert answers == [f"verb{number}" for number in range(50)]
    server.close()


def test_a_late_answer_to_someone_who_has_gone_is_dropped(qtbot: QtBot, address: str) -> None:
    waiting: list[Callable[[Reply], None]] = []
    server = ControlServer(lambda question, reply: waiting.append(reply))
    assert server.listen(address)
    before = connections()
    asker = QLocalSocket()
    asker.connectToServer(address)
    asker.write(Question("status", {}).encode())
    qtbot.waitUntil(lambda: bool(waiting), timeout=5_000)
    asker.abort()
    asker.deleteLater()
    del asker
    gone = waiting.pop()
    qtbot.waitUntil(lambda: not server.findChildren(QLocalSocket), timeout=5_000)
    gone(Reply())
    del gone
    qtbot.waitUntil(lambda: connections() == before, timeout=5_000)
    server.close()
