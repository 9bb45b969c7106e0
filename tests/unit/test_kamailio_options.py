"""What an administrator says of a cluster, and what Kamailio is told; without Kamailio."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from softphone.pbx.kamailio import configuration
from softphone.pbx.kamailio.cluster import Cluster, cluster
from softphone.pbx.kamailio.configuration import EdgeSettings, Files, Installation, kamailio_cfg
from softphone.pbx.options import parse

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "cluster.secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


def settings(**members: object) -> EdgeSettings:
    plain = EdgeSettings(
        realm="pbx.test", udp="127.0.0.1:5060", tcp="127.0.0.1:5060", tls="127.0.0.1:5061", inner="127.0.0.1:5070",
        node="127.0.0.1:5071", token="the token", certificate_chain=Path("/c.pem"), private_key=Path("/k.pem"),
        min_expires=60, max_expires=3600, nonce_seconds=300,
    )  # fmt: skip
    return replace(plain, **members)


def written(given: EdgeSettings) -> str:
    return kamailio_cfg(Files(Path("/d"), Path("/s")), given, Installation("/usr/sbin/kamailio", Path("/m")))


def test_a_cluster_has_an_address_the_others_and_a_secret(secret: Path):
    found = cluster("10.0.0.1:5080", ["sip:10.0.0.2:5080", "10.0.0.3:5080"], secret)
    assert found == Cluster("10.0.0.1:5080", ("10.0.0.2:5080", "10.0.0.3:5080"), SECRET)
    assert SECRET not in repr(found)
    assert cluster(None, [], None) is None


@pytest.mark.parametrize(
    ("listen", "peers"),
    [(None, ["10.0.0.2:5080"]), ("10.0.0.1:5080", []), ("10.0.0.1", ["10.0.0.2:5080"]), ("node:1", ["10.0.0.2:5080"]),
     ("10.0.0.1:0", ["10.0.0.2:5080"]), ("10.0.0.1:99999", ["10.0.0.2:5080"]), ("0.0.0.0:5080", ["10.0.0.2:5080"]),
     ("10.0.0.1:5080", ["10.0.0.1:5080"])],
)  # fmt: skip
def test_half_a_cluster_is_refused(secret: Path, listen: str | None, peers: list[str]):
    with pytest.raises(ValueError, match=r"\S+ \S+"):
        cluster(listen, peers, secret)


def test_a_secret_that_others_can_read_or_guess_is_refused(secret: Path):
    secret.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        cluster("10.0.0.1:5080", ["10.0.0.2:5080"], secret)
    secret.chmod(0o600)
    secret.write_text("short\n")
    with pytest.raises(ValueError, match="16 characters"):
        cluster("10.0.0.1:5080", ["10.0.0.2:5080"], secret)


def test_the_command_line_takes_a_cluster_with_kamailio_only(
    secret: Path, capsys: pytest.CaptureFixture[str]
):
    words = ["--cluster-listen", "10.0.0.1:5080", "--cluster-peer", "10.0.0.2:5080"]
    words += ["--cluster-secret-file", str(secret)]
    assert parse(["--engine", "kamailio", *words]).cluster == Cluster("10.0.0.1:5080", ("10.0.0.2:5080",), SECRET)
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    assert "a cluster needs --engine kamailio" in capsys.readouterr().err


def test_where_kamailio_is_missing_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(configuration, "_FOLDERS", ("/nowhere",))
    with pytest.raises(configuration.KamailioMissing) as missing:
        configuration.installation()
    assert "apt-get install kamailio kamailio-tls-modules kamailio-python3-modules" in str(missing.value)
    assert "\n" not in str(missing.value)


def test_neither_token_nor_secret_is_in_kamailios_configuration():
    text = written(settings(cluster=Cluster("10.0.0.1:5080", ("10.0.0.2:5080",), SECRET)))
    assert "the token" not in text
    assert SECRET not in text
    assert 'modparam("dmq", "notification_address", "sip:10.0.0.2:5080")' in text


def test_one_machine_listens_for_no_other():
    text = written(settings())
    assert "dmq" not in text
    assert [line for line in text.splitlines() if line.startswith("listen=")] == [
        "listen=udp:127.0.0.1:5060", "listen=tcp:127.0.0.1:5060", "listen=tls:127.0.0.1:5061",
        "listen=udp:127.0.0.1:5070",
    ]  # fmt: skip


def test_a_path_cannot_end_its_string():
    with pytest.raises(ValueError, match="quotation mark"):
        kamailio_cfg(
            Files(Path("/d"), Path('/s"\nlisten=udp:0.0.0.0:5060')), settings(),
            Installation("/usr/sbin/kamailio", Path("/m")),
        )  # fmt: skip
