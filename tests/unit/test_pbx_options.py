"""What `softphone pbx` is told: its command line, its file of people, its mailboxes and what it keeps."""

import io
import json
import stat
from pathlib import Path

import pytest

from softphone.pbx.media.mailbox import Mailboxes
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


class TestMailboxes:
    """Messages as files."""

    def test_a_kept_recording_is_new_and_old_once_heard(self, tmp_path: Path):
        boxes = Mailboxes(tmp_path)
        recording = boxes.recording("100", "+6591234567")
        recording.write_bytes(b"sound")
        assert boxes.count("100").new == 0
        assert boxes.keep(recording).new == 1
        (message,) = boxes.new_messages("100")
        assert message.read_bytes() == b"sound"
        boxes.heard(message)
        assert (boxes.count("100").new, boxes.count("100").old) == (0, 1)
        boxes.heard(message)

    def test_what_a_killed_process_left_is_no_message(self, tmp_path: Path):
        Mailboxes(tmp_path).recording("100", "110").write_bytes(b"half")
        boxes = Mailboxes(tmp_path)
        assert boxes.count("100").new == 0
        assert list((tmp_path / "recording").iterdir()) == []
        assert boxes.extensions() == ["100"]

    @pytest.mark.parametrize("extension", ["../../etc", "", "1/2", "abc", "1" * 30])
    def test_no_extension_leads_out_of_the_folder(self, tmp_path: Path, extension: str):
        with pytest.raises(ValueError, match="digits"):
            Mailboxes(tmp_path).recording(extension, "x")

    def test_no_caller_leads_out_of_the_folder(self, tmp_path: Path):
        recording = Mailboxes(tmp_path).recording("100", "../../../x\n")
        assert recording.parent == tmp_path / "recording"


def test_a_database_with_a_password_comes_by_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOFTPHONE_DATABASE", "postgresql+psycopg://pbx:geheim@db/pbx")
    assert parse([]).database == "postgresql+psycopg://pbx:geheim@db/pbx"
    assert parse(["--database", "sqlite:///other"]).database == "sqlite:///other"
