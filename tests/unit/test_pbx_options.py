"""What `softphone pbx` is told: its command line, its file of people and what it keeps."""

import io
import json
import stat
from pathlib import Path

import pytest

from softphone.pbx.options import parse
from softphone.pbx.ports_free import tcp_port, udp_and_tcp_port
from softphone.pbx.run_state import RunState


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What stderr says when the arguments are refused with status 2."""
    with pytest.raises(SystemExit) as exit_:
        parse([*arguments])
    assert exit_.value.code == 2
    return capsys.readouterr().err


def test_the_demos_people_are_there_unless_left_out():
    assert [person.extension for person in parse([]).people] == ["100", "110", "120"]
    assert [person.extension for person in parse([]).people if person.debug_mode] == ["100"]
    assert parse(["--without-demo"]).people == ()


def test_one_more_person_on_the_command_line_has_no_password_there():
    person = parse(["--user", "dan@example.com:130:Dan: Ho"]).people[-1]
    assert (person.email, person.extension, person.label, person.password) == (
        "dan@example.com", "130", "Dan: Ho", None)  # fmt: skip


def test_a_file_brings_people_and_extensions(tmp_path: Path):
    file = tmp_path / "users.json"
    file.write_text(json.dumps({
        "users": [{"email": "dan@example.com", "extension": "130", "label": "Dan Ho", "password": "geheim",
                   "caller_ids": ["+6561234570"], "role": "admin", "licensed": False}],
        "extensions": [{"key": "140", "label": "Reception"}],
    }))  # fmt: skip
    options = parse(["--users", str(file)])
    person = options.people[-1]
    assert (person.password, person.caller_ids, person.role, person.licensed) == (
        "geheim", ("+6561234570",), "admin", False)  # fmt: skip
    assert options.directory[-1].key == "140"
    assert "geheim" not in repr(options)


def test_the_file_of_people_may_be_a_line_of_standard_input(monkeypatch: pytest.MonkeyPatch):
    line = json.dumps({"users": [{"email": "dan@example.com", "extension": None, "label": "Dan"}]})
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\nnot read"))
    assert parse(["--users", "-"]).people[-1].extension is None


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--user", "dan@example.com"], "EMAIL:KEY:LABEL"),
        (["--user", "dan:130:Dan"], "e-mail"),
        (["--user", "dan@example.com:abc:Dan"], "digits"),
        (["--user", "dan@example.com:112:Dan"], "112 calls the emergency services everywhere"),
        (["--user", "dan@example.com:911:Dan"], "911 calls the emergency services everywhere"),
        (["--users", "/does/not/exist"], "No such file"),
        (["--listen", "0.0.0.0"], "one address"),
        (["--listen", "localhost"], "localhost"),
        (["--listen", "::1"], "::1"),
        (["--domain", "no domain"], "domain"),
        (["--sip-port", "70000"], "sip-port"),
        (["--sip-port", "-1"], "sip-port"),
        (["--nonsense"], "nonsense"),
    ],
)
def test_wrong_arguments_are_refused_with_the_reason(capsys, arguments: list[str], complaint: str):
    assert complaint in refusal(capsys, *arguments)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"users": {}, "extensions": 3}', '{"users": [{"email": "a@b"}]}', '{"users": [3]}',
     '{"users": [{"email": "a@b", "extension": 130, "label": "x"}]}',
     '{"users": [{"email": "a@b", "extension": "130", "label": "x", "password": 7}]}'],
)  # fmt: skip
def test_a_damaged_file_of_people_is_refused(tmp_path: Path, capsys, content: str):
    file = tmp_path / "users.json"
    file.write_text(content)
    assert "softphone pbx: error" in refusal(capsys, "--users", str(file))


class TestRunState:
    """Passwords and ports for the next run."""

    def test_a_password_is_made_once_and_told_again(self, tmp_path: Path):
        password = RunState(tmp_path).password("a@example.com")
        assert RunState(tmp_path).password("a@example.com") == password
        assert RunState(tmp_path).password("b@example.com") != password
        assert len(password.replace("-", "")) == 16

    def test_ports_are_found_again(self, tmp_path: Path):
        RunState(tmp_path).keep_ports({"sip": 5070})
        state = RunState(tmp_path)
        assert (state.port("sip"), state.port("tls")) == (5070, 0)

    def test_it_is_its_owners_only(self, tmp_path: Path):
        RunState(tmp_path).password("a@example.com")
        assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": {"sip": "x"}}', '{"ports": {"sip": 99999999}}'])
    def test_a_damaged_file_is_no_end(self, tmp_path: Path, content: str):
        (tmp_path / "run.json").write_text(content)
        state = RunState(tmp_path)
        assert state.port("sip") == 0
        assert state.password("a@example.com")


class TestPorts:
    """Ports of the last run first, others when they are taken."""

    def test_a_taken_port_is_not_given(self):
        import socket

        with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            udp.bind(("127.0.0.1", 0))
            for taken in (tcp.getsockname()[1], udp.getsockname()[1]):
                assert udp_and_tcp_port("127.0.0.1", taken) not in (0, taken)
            assert tcp_port("127.0.0.1", tcp.getsockname()[1]) == 0

    def test_the_first_free_one_wins(self):
        first = udp_and_tcp_port("127.0.0.1")
        assert udp_and_tcp_port("127.0.0.1", 0, first) == first
        assert tcp_port("127.0.0.1", 0, first) == first


def test_a_database_with_a_password_comes_by_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOFTPHONE_DATABASE", "postgresql+psycopg://pbx:geheim@db/pbx")
    assert parse([]).database == "postgresql+psycopg://pbx:geheim@db/pbx"
    assert parse(["--database", "sqlite:///other"]).database == "sqlite:///other"


def test_mail_goes_to_the_server_that_is_named_with_a_password_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOFTPHONE_SMTP_USER", "pbx")
    monkeypatch.setenv("SOFTPHONE_SMTP_PASSWORD", "geheim")
    smtp = parse(["--smtp", "mail.example.com:587", "--smtp-from", "phone@example.com"]).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security, smtp.sender) == (
        "mail.example.com", 587, "starttls", "phone@example.com")  # fmt: skip
    assert (smtp.user, smtp.password) == ("pbx", "geheim")
    assert "geheim" not in repr(smtp)
    assert parse([]).smtp is None


@pytest.mark.parametrize(
    ("server", "security"),
    [("mail.example.com:465", "tls"), ("127.0.0.1:25", "none"), ("localhost:25", "none"), ("[::1]:25", "none")],
)
def test_mail_is_encrypted_unless_its_server_is_this_computer(server: str, security: str):
    smtp = parse(["--smtp", server]).smtp
    assert smtp is not None
    assert smtp.security == security


def test_a_mail_password_never_leaves_this_computer_in_the_clear(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SOFTPHONE_SMTP_PASSWORD", "geheim")
    said = refusal(capsys, "--smtp", "mail.example.com:25", "--smtp-security", "none")
    assert "in the clear" in said
    assert "geheim" not in said


@pytest.mark.parametrize(
    "arguments",
    [["--smtp", "mail"], ["--smtp", "mail:no"], ["--smtp", ":25"], ["--smtp", "a:25", "--smtp-from", "nobody"]],
)
def test_a_mail_server_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    assert "softphone pbx: error:" in refusal(capsys, *arguments)
