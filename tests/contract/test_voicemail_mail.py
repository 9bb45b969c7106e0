"""Mail to a real SMTP server: what arrives, over what connection, and what happens while the server is away."""

from __future__ import annotations

import logging
import ssl
import threading

import pytest
from sqlalchemy import select

from softphone.pbx.mail import MailDelayed, connection, missed_mail, smtp_server, voicemail_mail
from softphone.pbx.service.database import open_engine, sqlite_url
from softphone.pbx.service.voicemail_mail import FIRST_PAUSE, GIVES_UP_AFTER, LONGEST_PAUSE, MailQueue, mails
from tests.contract.account_fixture import authority
from tests.fakes.smtp_sink import SmtpSink
from tests.system.waiting import until

AT = 1_790_000_000.0


class Post:
    """A queue on a database that outlives it."""

    def __init__(self, folder, port, environment=(), security=None, host="127.0.0.1"):
        self.now = AT
        self.engine = open_engine(sqlite_url(folder / "mail.db"))
        self.server = smtp_server(f"{host}:{port}", "voicemail@phone.test", dict(environment), security)
        self.queue = MailQueue(self.engine, threading.RLock(), self.server, lambda: self.now, first_pause=0.05)

    def put(self, recipient="alice@example.com", caller="+6531234567"):
        mail = missed_mail(self.server, recipient, owner="Alice", caller=caller, caller_name="", at=AT)
        with self.engine.begin() as database:
            self.queue.put(database, [mail])
        self.queue.look()

    def rows(self):
        with self.engine.begin() as database:
            return [dict(row) for row in database.execute(select(mails)).mappings()]

    def close(self):
        self.queue.close()
        self.engine.dispose()


@pytest.fixture
def sink():
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def post(tmp_path, sink):
    post = Post(tmp_path, sink.port)
    yield post
    post.close()


def test_a_missed_call_tells_who_called_when_and_whom(post, sink):
    post.queue.start()
    post.put()
    (mail,) = sink.wait_for(1)
    assert (mail.sender, mail.recipient) == ("voicemail@phone.test", "alice@example.com")
    assert mail.mail["Subject"] == "Missed call from +6531234567"
    assert mail.mail["Auto-Submitted"] == "auto-generated"
    assert "Alice has a missed call." in mail.text
    assert "From: +6531234567" in mail.text
    until(lambda: post.queue.waiting() == 0, "nothing waits")


def test_a_voicemail_has_its_recording_attached(post, sink):
    post.queue.start()
    mail = voicemail_mail(
        post.server, "alice@example.com", owner="Alice Tan (100)", caller="110", caller_name='Bob "B" Lee, Björn',
        at=AT, seconds=61.6, recording=b"\xff\xf3 sound",
    )  # fmt: skip
    with post.engine.begin() as database:
        post.queue.put(database, [mail])
    post.queue.look()
    (got,) = sink.wait_for(1)
    assert got.mail["Subject"] == 'Voicemail from Bob "B" Lee, Björn (110)'
    assert "Length: 1:02" in got.text
    ((name, kind, content),) = got.attachments
    assert name.endswith(".mp3")
    assert (kind, content) == ("audio/mpeg", b"\xff\xf3 sound")


def test_a_callers_name_cannot_write_headers(post, sink):
    post.queue.start()
    mail = missed_mail(
        post.server, "alice@example.com", owner="Alice", caller="+6531234567",
        caller_name="Eve\r\nBcc: all@example.com\r\n\r\nhello", at=AT,
    )  # fmt: skip
    with post.engine.begin() as database:
        post.queue.put(database, [mail])
    post.queue.look()
    (got,) = sink.wait_for(1)
    assert got.mail["Bcc"] is None
    assert got.mail["Subject"] == "Missed call from Eve Bcc: all@example.com hello (+6531234567)"


@pytest.mark.parametrize("recipient", ["a,b@example.com", "<x@y", "x@", "a@b\r\nc", "ü@example.com"])
def test_what_is_no_address_gets_no_mail(post, recipient):
    with pytest.raises(ValueError, match="address"):
        missed_mail(post.server, recipient, owner="Alice", caller="1", caller_name="", at=AT)


def test_a_server_that_is_away_gets_it_later_and_so_does_the_next_run(tmp_path):
    with SmtpSink() as first:
        port = first.port
    post = Post(tmp_path, port)
    post.queue.start()
    post.put()
    until(lambda: [row["tries"] for row in post.rows()] == [1], "one try")
    post.close()
    again = Post(tmp_path, port)
    with SmtpSink(port) as sink:
        again.now += 1
        again.queue.start()
        assert sink.wait_for(1)[0].recipient == "alice@example.com"
        until(lambda: again.queue.waiting() == 0, "nothing waits")
    again.close()


def test_each_pause_is_twice_the_last_up_to_an_hour_and_after_four_days_it_is_given_up(tmp_path, caplog):
    with SmtpSink() as gone:
        port = gone.port
    post = Post(tmp_path, port)
    post.queue._first_pause = FIRST_PAUSE
    post.put()
    pauses = []
    while post.rows():
        post.queue._send_what_is_due()
        pauses += [row["due_at"] - post.now for row in post.rows()]
        post.now += pauses[-1]
    post.close()
    assert pauses[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE]
    assert max(pauses) == LONGEST_PAUSE
    assert GIVES_UP_AFTER <= sum(pauses) <= GIVES_UP_AFTER + 2 * LONGEST_PAUSE
    assert "given up" in caplog.text


def test_not_now_is_tried_again_and_never_is_not(post, sink, caplog):
    replies = {"full@example.com": ["452 full", "250 ok"], "nobody@example.com": ["550 no such user"]}
    sink.answer = lambda recipient: replies[recipient].pop(0)
    post.queue.start()
    post.put("full@example.com")
    post.put("nobody@example.com")
    until(lambda: [(row["recipient"], row["tries"]) for row in post.rows()] == [("full@example.com", 1)], "one waits")
    assert sink.received == []
    assert "refused with 550" in caplog.text
    assert "nobody@example.com" not in caplog.text
    post.now += 1
    post.queue.look()
    assert sink.wait_for(1)[0].recipient == "full@example.com"


@pytest.fixture
def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert("localhost").configure_cert(context)
    return context


def test_mail_is_sent_over_verified_tls_after_signing_in(tmp_path, tls, monkeypatch):
    authority().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    environment = {"SOFTPHONE_SMTP_USER": "pbx", "SOFTPHONE_SMTP_PASSWORD": "geheim"}
    with SmtpSink(tls=tls, user="pbx", password="geheim") as sink:
        post = Post(tmp_path, sink.port, environment, "starttls", "localhost")
        post.queue.start()
        post.put()
        (mail,) = sink.wait_for(1)
        post.close()
    assert mail.encrypted
    assert mail.user == "pbx"


def test_a_server_with_a_strangers_certificate_gets_neither_mail_nor_password(tmp_path, tls, caplog):
    caplog.set_level(logging.DEBUG)
    environment = {"SOFTPHONE_SMTP_USER": "pbx", "SOFTPHONE_SMTP_PASSWORD": "geheim"}
    with SmtpSink(tls=tls, user="pbx", password="geheim") as sink:
        post = Post(tmp_path, sink.port, environment, "starttls", "localhost")
        post.queue.start()
        post.put()
        until(lambda: [row["tries"] for row in post.rows()] == [1], "one try")
        assert sink.received == []
        post.close()
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "geheim" not in caplog.text


def test_a_server_without_tls_is_not_signed_in_to_when_tls_is_wanted(sink):
    server = smtp_server(
        f"localhost:{sink.port}", "voicemail@phone.test", {"SOFTPHONE_SMTP_PASSWORD": "geheim"}, "starttls"
    )
    with pytest.raises(MailDelayed, match="SMTPNotSupportedError"), connection(server):
        pass
    assert sink.received == []


def test_a_wrong_mail_password_keeps_the_mail(tmp_path, caplog):
    environment = {"SOFTPHONE_SMTP_USER": "pbx", "SOFTPHONE_SMTP_PASSWORD": "wrong-geheim"}
    with SmtpSink(user="pbx", password="geheim") as sink:
        post = Post(tmp_path, sink.port, environment)
        post.queue.start()
        post.put()
        until(lambda: [row["tries"] for row in post.rows()] == [1], "one try")
        post.close()
    assert "535" in caplog.text
    assert "geheim" not in caplog.text
