"""The listening end of the local socket: one question a connection, answered when its answer is known."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from shiboken6 import isValid

from softphone.control.protocol import MAX_LINE, REFUSED, WRONG_USAGE, Question, Reply

log = logging.getLogger(__name__)

Answerer = Callable[[Question, Callable[[Reply], None]], None]


class _Listener(QLocalServer):
    """Makes its sockets itself: of one that Qt makes, PySide never learns that it was deleted, and keeps it."""

    def __init__(self, parent: QObject, connected: Callable[[QLocalSocket], None]) -> None:
        super().__init__(parent)
        self._connected = connected

    def incomingConnection(self, descriptor: int) -> None:
        connection = QLocalSocket(self)
        if connection.setSocketDescriptor(descriptor):
            self._connected(connection)
        else:
            log.warning("a connection to the local socket is lost: %s", connection.errorString())
            connection.deleteLater()


class ControlServer(QObject):
    """Only this user can reach it: the socket's folder is 0700 and the socket itself is for the user alone."""

    def __init__(self, answer: Answerer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answer = answer
        self._server = _Listener(self, self._connected)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)

    def listen(self, address: str) -> bool:
        """False when it cannot. The caller holds the profile's lock, so an old socket there is a dead one."""
        QLocalServer.removeServer(address)
        if self._server.listen(address):
            return True
        log.error("the local socket cannot listen: %s", self._server.errorString())
        return False

    def close(self) -> None:
        self._server.close()

    def _connected(self, connection: QLocalSocket) -> None:
        connection.readyRead.connect(lambda c=connection: self._read(c))
        connection.disconnected.connect(connection.deleteLater)
        if connection.bytesAvailable():
            self._read(connection)

    def _read(self, connection: QLocalSocket) -> None:
        if not connection.canReadLine():
            if connection.bytesAvailable() > MAX_LINE:
                connection.abort()
            return
        line = bytes(connection.readLine(MAX_LINE).data())

        def reply(answer: Reply) -> None:
            # Who asked may have gone meanwhile, and the connection with it.
            if isValid(connection) and connection.state() == QLocalSocket.LocalSocketState.ConnectedState:
                connection.write(answer.encode())
                connection.flush()
                connection.disconnectFromServer()

        try:
            question = Question.decode(line)
        except (ValueError, json.JSONDecodeError):
            reply(Reply(WRONG_USAGE, error="not a question"))
            return
        try:
            self._answer(question, reply)
        except Exception:
            log.exception("the verb %s failed", question.verb)
            reply(Reply(REFUSED, error="internal fault; see the log"))
