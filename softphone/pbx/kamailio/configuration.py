"""What Kamailio is told: its configuration, its TLS settings, and the settings of its script; all private files."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from softphone.pbx.kamailio.cluster import Cluster
from softphone.pbx.private_file import write_private

# Header fields between the edge and the node: whose credentials they were; who says so; where a request is to go.
DEVICE, EDGE, NEXT = "P-Softphone-Device", "P-Softphone-Edge", "P-Softphone-Next"
MEDIA_CHILD = "-"  # in place of a device
PACKAGES = "kamailio kamailio-tls-modules kamailio-python3-modules"
_IDLE_SECONDS = 120  # that a connection may say nothing
_LARGEST = 65536  # octets of a message
_MODULES = ("kex", "corex", "jsonrpcs", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "textops", "textopsx", "siputils",
            "sanity", "auth", "usrloc", "registrar", "nathelper", "path", "tls", "tcpops", "app_python3")  # fmt: skip
_CLUSTER_MODULES = ("dmq", "dmq_usrloc")
_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib64",
            "/usr/local/lib")  # fmt: skip


class KamailioMissing(RuntimeError):
    """It is not installed; the message says what to do."""


@dataclass(frozen=True)
class Installation:
    """The program and the folder of its modules."""

    program: str
    modules: Path


def installation() -> Installation:
    """Raises KamailioMissing."""
    program = shutil.which("kamailio", path="/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin")
    if program is not None:
        for folder in _FOLDERS:
            modules = Path(folder) / "kamailio" / "modules"
            if all((modules / f"{name}.so").exists() for name in ("tm", "tls", "app_python3")):
                return Installation(program, modules)
    raise KamailioMissing(
        f"Kamailio with its TLS and Python modules is not installed; on Debian or Ubuntu: apt-get install {PACKAGES}"
    )


@dataclass(frozen=True)
class EdgeSettings:
    """Addresses are "host:port". `inner` is Kamailio's socket for the node, `node` the node's own."""

    realm: str
    udp: str
    tcp: str
    tls: str
    inner: str
    node: str
    token: str = field(repr=False)
    certificate_chain: Path
    private_key: Path
    min_expires: int
    max_expires: int
    nonce_seconds: int
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Files:
    """All in one folder of our own; the sockets in another, whose path is short enough for them."""

    folder: Path
    sockets: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "kamailio.cfg"

    @property
    def tls(self) -> Path:
        return self.folder / "tls.cfg"

    @property
    def edge(self) -> Path:
        return self.folder / "edge.json"

    @property
    def rpc(self) -> Path:
        return self.sockets / "rpc"

    @property
    def questions(self) -> Path:
        return self.sockets / "questions"


def write_configuration(files: Files, settings: EdgeSettings, found: Installation) -> None:
    write_private(files.configuration, kamailio_cfg(files, settings, found).encode())
    write_private(files.tls, _tls_cfg(settings).encode())
    cluster = settings.cluster
    edge = {
        "headers": {"device": DEVICE, "edge": EDGE, "next": NEXT, "media_child": MEDIA_CHILD},
        "realm": settings.realm,
        "connection_seconds": settings.max_expires + _IDLE_SECONDS,
        "token": settings.token,
        "node": settings.node,
        "inner": settings.inner,
        "public": {"udp": settings.udp, "tcp": settings.tcp, "tls": settings.tls},
        "questions": str(files.questions),
        "cluster": cluster.listen if cluster else "",
        "cluster_secret": cluster.secret if cluster else "",
        "peers": list(cluster.peers) if cluster else [],
    }
    write_private(files.edge, json.dumps(edge).encode())


def kamailio_cfg(files: Files, settings: EdgeSettings, found: Installation) -> str:
    """Of parameters only; what is done with a message is in `kemi_script`."""
    cluster = settings.cluster
    lines = [
        "#!KAMAILIO",
        "debug=0",  # warnings and errors
        "log_stderror=yes",
        "children=4",
        "tcp_children=4",
        "enable_tls=yes",
        "server_signature=no",  # neither its name nor its version
        "sip_warning=0",
        "auto_aliases=no",
        "dns=no",
        "rev_dns=no",
        f"tcp_connection_lifetime={_IDLE_SECONDS}",  # the script gives a registered device's more
        f"tcp_rd_buf_size={_LARGEST}",
        "tcp_accept_no_cl=no",
        "tcp_max_connections=4096",
        "tls_max_connections=4096",
        f"listen=udp:{settings.udp}",  # the first of its kind is what it sends from
        f"listen=tcp:{settings.tcp}",
        f"listen=tls:{settings.tls}",
        f"listen=udp:{settings.inner}",
        *([f"listen=udp:{cluster.listen}"] if cluster else []),
        f"mpath={_quoted(found.modules)}",
        *(f'loadmodule "{name}.so"' for name in (*_MODULES, *(_CLUSTER_MODULES if cluster else ()))),
    ]
    for module, name, value in _parameters(files, settings):
        lines.append(f'modparam("{module}", "{name}", {value if isinstance(value, int) else _quoted(value)})')
    return "\n".join([*lines, 'cfgengine "python"', ""])


def _parameters(files: Files, settings: EdgeSettings) -> list[tuple[str, str, int | str | Path]]:
    parameters: list[tuple[str, str, int | str | Path]] = [
        ("jsonrpcs", "transport", 4),  # the datagram socket only
        ("jsonrpcs", "dgram_socket", files.rpc),
        ("jsonrpcs", "dgram_mode", 0o600),
        ("tm", "auto_inv_100_reason", "Trying"),
        ("tm", "fr_timer", 30_000),
        ("tm", "fr_inv_timer", 180_000),  # the node gives up before
        ("tm", "event_callback", "ksr_tm_event"),
        ("rr", "enable_full_lr", 1),
        ("auth", "nonce_expire", settings.nonce_seconds),
        ("auth", "qop", "auth"),
        ("auth", "nonce_count", 1),  # an answer overheard is not good twice
        ("usrloc", "preload", "location"),
        ("usrloc", "db_mode", 0),
        ("usrloc", "timer_interval", 5),
        ("usrloc", "handle_lost_tcp", 1),
        ("registrar", "default_expires", settings.max_expires),
        ("registrar", "min_expires", settings.min_expires),
        ("registrar", "max_expires", settings.max_expires),
        ("registrar", "event_callback", "ksr_registrar_event"),
        ("registrar", "use_path", 1),
        ("registrar", "path_mode", 0),  # kept, and not told to devices
        ("registrar", "path_check_local", 1),
        ("tls", "config", files.tls),
        ("tcpops", "closed_event", 2),  # of the connections that it is switched on for
        ("tcpops", "event_callback", "ksr_tcp_event"),
        ("app_python3", "load", Path(__file__).with_name("kemi_script.py")),
    ]
    if settings.cluster is not None:
        parameters += [
            ("dmq", "server_address", f"sip:{settings.cluster.listen}"),
            *(("dmq", "notification_address", f"sip:{peer}") for peer in settings.cluster.peers),
            ("dmq_usrloc", "enable", 1),
            ("dmq_usrloc", "sync", 1),
            ("dmq_usrloc", "usrloc_delete", 1),
            ("dmq_usrloc", "replicate_socket_info", 0),
        ]
    return parameters


def _tls_cfg(settings: EdgeSettings) -> str:
    return (
        "[server:default]\n"
        "method = TLSv1.2+\n"
        "verify_certificate = no\n"  # of devices, which have none: they have digest
        "require_certificate = no\n"
        f"private_key = {settings.private_key}\n"
        f"certificate = {settings.certificate_chain}\n"
    )


def _quoted(value: str | Path) -> str:
    text = str(value)
    if '"' in text or "\\" in text or "\n" in text:
        raise ValueError("a quotation mark in a path")
    return f'"{text}"'
