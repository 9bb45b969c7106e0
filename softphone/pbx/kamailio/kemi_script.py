"""What Kamailio does with each message. It runs inside Kamailio's own Python, not in the phone system's process.

Three sides: the *node* (the signalling with the rules, on a loopback socket of its own), *peers* (other machines of the
cluster) and the *outside* (devices, media children, whoever). Nothing from outside passes but to the node; what it
says in the header fields that edge and node believe is taken away first. Standard library only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import socket
from typing import Any

import KSR  # type: ignore[import-not-found]

_ANSWER_SECONDS = 1.0
_NODE, _PEER, _OUTSIDE, _STRANGER = "node", "peer", "outside", "stranger"
_RENEWS_DIALOG = ("INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY")
_ONE_CONTACT = 4  # flag of save(): a device has one contact, the newest
_ALIAS = re.compile(r";alias=([^~;>]+)~([0-9]+)~([0-9])")
_TRANSPORTS = {"2": "tcp", "3": "tls"}  # as Kamailio numbers them
_DEVICE_OF_ROUTE = re.compile(r";device=([0-9a-f]+)")
_WITH_QOP, _STALE = 1, 16  # flags of auth_challenge()
_HA1 = 1  # flag of pv_auth_check()
_WRONG_PASSWORD = -2
_OLD_NONCE = (-3, -4, -6)


class PhoneSystem:
    """Questions to the phone system's process: JSON lines, one connection of each worker, opened at the first one."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._rest = b""

    def ask(self, **question: Any) -> dict[str, Any]:
        """Raises OSError when there is no answer in time."""
        line = json.dumps(question).encode() + b"\n"
        fresh = self._socket is None
        try:
            return self._ask(line)
        except OSError:
            self._close()
            if fresh:
                raise
        try:
            return self._ask(line)  # the phone system may have been started anew
        except OSError:
            self._close()
            raise

    def _ask(self, line: bytes) -> dict[str, Any]:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(_ANSWER_SECONDS)
            self._socket.connect(self._path)
        self._socket.sendall(line)
        while b"\n" not in self._rest:
            chunk = self._socket.recv(65536)
            if not chunk:
                raise ConnectionError("the phone system closed the connection")
            self._rest += chunk
        answer, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._rest = None, b""


class Edge:
    """Kamailio calls the `ksr_` methods by their names."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._device_header: str = settings["headers"]["device"]
        self._edge_header: str = settings["headers"]["edge"]
        self._next_header: str = settings["headers"]["next"]
        self._media_child: str = settings["headers"]["media_child"]
        self._realm: str = settings["realm"]
        self._connection_seconds: int = settings["connection_seconds"]
        self._token: str = settings["token"]
        self._node: str = settings["node"]  # host:port
        self._inner: str = settings["inner"]
        self._inner_port = int(self._inner.rsplit(":", 1)[1])
        self._public: dict[str, str] = settings["public"]  # by transport
        self._cluster: str = settings["cluster"]  # "" without other machines
        self._cluster_secret: bytes = settings["cluster_secret"].encode()
        self._peers: frozenset[str] = frozenset(settings["peers"])
        self._system = PhoneSystem(settings["questions"])
        self._device: dict[str, Any] = {}  # of the request that is dealt with
        self._next = ""  # where the node wants it to go

    def child_init(self, _rank: int) -> int:
        return 0

    # -- requests ---------------------------------------------------------------------------------------------------

    def ksr_request_route(self, _msg: Any) -> int:
        try:
            self._receive(str(KSR.pv.get("$rm")))
        except OSError as fault:
            KSR.err(f"the phone system does not answer: {fault}\n")
            KSR.sl.send_reply(503, "Service Unavailable")
        return 1

    def _receive(self, method: str) -> None:
        if KSR.maxfwd.process_maxfwd(70) < 0:
            KSR.sl.send_reply(483, "Too Many Hops")
            return
        origin = self._origin(method)
        if KSR.sanity.sanity_check(17895, 7) < 0:
            return  # answered
        if method == "CANCEL":
            if KSR.tm.t_check_trans() > 0:
                KSR.tm.t_relay()
            elif origin == _OUTSIDE:
                KSR.sl.send_reply(481, "Call/Transaction Does Not Exist")
            return
        if method == "ACK" and KSR.tm.t_check_trans() == 0:
            return  # of a refusal: it ends here
        if origin == _STRANGER:
            if method != "ACK":
                KSR.sl.send_reply(403, "Forbidden")
            return
        if method == "KDMQ":
            if origin == _PEER:
                KSR.dmq.handle_message()
            else:
                KSR.sl.send_reply(403, "Forbidden")
            return
        KSR.force_rport()
        KSR.set_reply_no_connect()
        self._next = str(KSR.hdr.get(self._next_header) or "") if origin == _NODE else ""
        device = str(KSR.hdr.get(self._device_header) or "") if origin == _PEER else ""
        for header in (self._device_header, self._edge_header, self._next_header):
            KSR.hdr.remove(header)
        if method != "ACK":
            if KSR.tmx.t_precheck_trans() > 0:
                KSR.tm.t_check_trans()
                return
            if KSR.tm.t_check_trans() == 0:
                return
        if KSR.siputils.has_totag() > 0:
            self._within_dialog(method, origin)
        elif method == "ACK":
            return
        elif origin == _OUTSIDE:
            self._from_outside(method)
        elif origin == _NODE:
            self._from_node(method)
        else:
            self._from_peer(method, device)

    def _origin(self, method: str) -> str:
        """Who sends it; somebody who may not use the socket that it came to is a stranger."""
        port, source = int(KSR.pv.get("$Rp")), f"{KSR.pv.get('$si')}:{KSR.pv.get('$sp')}"
        said = str(KSR.hdr.get(self._edge_header) or "")
        if port == self._inner_port and KSR.pv.get("$Ri") == self._inner.rsplit(":", 1)[0]:
            return _NODE if source == self._node and hmac.compare_digest(said, self._token) else _STRANGER
        if self._cluster and f"{KSR.pv.get('$Ri')}:{port}" == self._cluster:
            return _PEER if hmac.compare_digest(said, self._signature(method)) else _STRANGER
        return _OUTSIDE

    def _signature(self, method: str) -> str:
        """What only a machine that knows the cluster's secret can write on this request."""
        text = f"{KSR.pv.get('$ci')}\n{KSR.pv.get('$cs')} {method}"
        return hmac.new(self._cluster_secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    # -- within a dialog --------------------------------------------------------------------------------------------

    def _within_dialog(self, method: str, origin: str) -> None:
        KSR.rr.loose_route()
        if origin == _OUTSIDE:
            KSR.nathelper.set_contact_alias_trim(1)
            if self._next_hop() != self._node and self._next_hop() not in self._peers:
                if method != "ACK":
                    KSR.sl.send_reply(404, "Not Here")
                return
        elif KSR.pv.get("$rd") == self._realm and not KSR.pv.get("$du"):
            self._from_node(method)  # the device has not told its contact yet
            return
        elif not KSR.pv.get("$du"):
            self._by_alias(self._device_of_route())
        self._relay(method)

    def _device_of_route(self) -> str:
        """The address of record that we wrote into our Record-Route when the dialog began."""
        found = _DEVICE_OF_ROUTE.search(str(KSR.pv.get("$route_uri") or "")) or _DEVICE_OF_ROUTE.search(
            str(KSR.hdr.get("Route") or "")
        )
        return found.group(1) if found else ""

    # -- new ones ---------------------------------------------------------------------------------------------------

    def _from_outside(self, method: str) -> None:
        KSR.hdr.remove("Route")
        if method == "REGISTER":
            self._register()
            return
        if method == "OPTIONS":
            self._to_node(method, "")
            return
        device = self._trusted() or self._authenticated()
        if device:
            self._to_node(method, device)

    def _from_node(self, method: str) -> None:
        if KSR.pv.get("$rd") == self._realm:
            device = str(KSR.pv.get("$rU"))
            if KSR.registrar.lookup("location") < 0:
                KSR.sl.send_reply(480, "Temporarily Unavailable")
                return
            KSR.rr.add_rr_param(f";device={device}")
            if self._next_hop() in self._peers:
                KSR.hdr.append(f"{self._device_header}: {device}\r\n")
        elif self._next:
            KSR.setdsturi(f"sip:{self._next}")
        if not KSR.pv.get("$du"):
            self._by_alias()
        self._relay(method)

    def _from_peer(self, method: str, device: str) -> None:
        KSR.rr.loose_route()  # takes our own address off the Path
        if device:
            KSR.rr.add_rr_param(f";device={device}")
        if not KSR.pv.get("$du"):
            self._by_alias()
        self._relay(method)

    def _trusted(self) -> str:
        """A media child has no credentials: it is known by its address."""
        if KSR.pv.get("$pr") != "udp" or KSR.hdr.is_present("Proxy-Authorization") > 0:
            return ""
        source = f"{KSR.pv.get('$si')}:{KSR.pv.get('$sp')}"
        return self._media_child if self._system.ask(ask="trusted", source=source).get("trusted") else ""

    def _authenticated(self) -> str:
        """The user name of the device whose credentials it has; "" when it is answered (401, 407 or 403)."""
        username = KSR.pv.get("$au")
        if not username or KSR.pv.get("$ar") != self._realm:
            KSR.auth.auth_challenge(self._realm, _WITH_QOP)
            return ""
        self._device = self._system.ask(ask="device", username=str(username))
        if not self._device.get("ha1"):
            KSR.sl.send_reply(403, "Forbidden")
            return ""
        verdict = KSR.auth.pv_auth_check(self._realm, self._device["ha1"], _HA1, 0)
        if verdict > 0:
            KSR.auth.consume_credentials()
            return str(username)
        if verdict == _WRONG_PASSWORD:
            KSR.sl.send_reply(403, "Forbidden")
        else:
            KSR.auth.auth_challenge(self._realm, _WITH_QOP | (_STALE if verdict in _OLD_NONCE else 0))
        return ""

    def _register(self) -> None:
        username = self._authenticated()
        if not username:
            return
        if KSR.pv.get("$tU") != self._device["extension"]:
            KSR.sl.send_reply(403, "Not Your Address Of Record")
            return
        aor = self._device["aor"]
        KSR.hdr.remove("Path")
        if self._cluster:
            KSR.hdr.append(f"Path: <sip:{self._cluster};lr>\r\n")
            KSR.textopsx.msg_apply_changes()
        KSR.nathelper.set_contact_alias_trim(1)
        if KSR.pv.get("$pr") != "udp":
            KSR.tcpops.tcp_enable_closed_event()
            KSR.tcpops.tcp_set_connection_lifetime(self._connection_seconds)
        if KSR.registrar.save_uri("location", _ONE_CONTACT, f"sip:{aor}@{self._realm}") < 0:
            return
        self._system.ask(
            tell="registered", username=username, transport=str(KSR.pv.get("$pr")),
            source=[str(KSR.pv.get("$si")), int(KSR.pv.get("$sp"))],
        )  # fmt: skip

    # -- out --------------------------------------------------------------------------------------------------------

    def _to_node(self, method: str, device: str) -> None:
        if device:
            KSR.hdr.append(f"{self._device_header}: {device}\r\n")
        if device not in ("", self._media_child):
            KSR.rr.add_rr_param(f";device={self._device['aor']}")
        KSR.nathelper.set_contact_alias_trim(1)
        KSR.setdsturi(f"sip:{self._node}")
        self._relay(method)

    def _by_alias(self, device: str = "") -> None:
        """A contact says where its device is really reached, in a dialog by the connection that it registered last.

        A connection that is gone is not opened from here.
        """
        if KSR.nathelper.handle_ruri_alias() != 1 or "transport=" not in str(KSR.pv.get("$du")):
            return
        KSR.set_forward_no_connect()
        if device and KSR.registrar.reg_fetch_contacts("location", f"sip:{device}@{self._realm}", "device") > 0:
            alias = _ALIAS.search(str(KSR.pv.get("$(ulc(device=>addr)[0])") or ""))
            if alias is not None and alias.group(3) in _TRANSPORTS:
                KSR.setdsturi(f"sip:{alias.group(1)}:{alias.group(2)};transport={_TRANSPORTS[alias.group(3)]}")
            KSR.registrar.reg_free_contacts("device")

    def _next_hop(self) -> str:
        return f"{KSR.pv.get('$nh(d)')}:{KSR.pv.get('$nh(p)')}"

    def _relay(self, method: str) -> None:
        hop = self._next_hop()
        if hop == self._node:
            KSR.hdr.append(f"{self._edge_header}: {self._token}\r\n")
            KSR.corex.set_send_socket(f"udp:{self._inner}")
        elif hop in self._peers:
            KSR.hdr.append(f"{self._edge_header}: {self._signature(method)}\r\n")
            KSR.corex.set_send_socket(f"udp:{self._cluster}")
        else:  # Kamailio would take the socket that it came in by
            transport = str(KSR.pv.get("$nh(P)") or "udp").lower()
            KSR.corex.set_send_socket(f"{transport}:{self._public[transport]}")
        if method in _RENEWS_DIALOG:
            KSR.rr.record_route()
        KSR.add_local_rport()
        if KSR.tm.t_relay() < 0 and method != "ACK":
            KSR.sl.send_reply(503, "Service Unavailable")

    # -- answers and events -----------------------------------------------------------------------------------------

    def ksr_reply_route(self, _msg: Any) -> int:
        """The contact of a device that answers leads to where its answer came from."""
        source = f"{KSR.pv.get('$si')}:{KSR.pv.get('$sp')}"
        if source != self._node and source not in self._peers:
            KSR.nathelper.set_contact_alias_trim(1)
        return 1

    def ksr_onsend_route(self, _msg: Any) -> int:
        return 1

    def ksr_tm_event(self, _msg: Any, _event: str) -> int:
        """A request of Kamailio's own is about to go out; those to other machines are signed."""
        if KSR.pv.get("$rm") == "KDMQ":
            KSR.hdr.append(f"{self._edge_header}: {self._signature('KDMQ')}\r\n")
        return 1

    def ksr_tcp_event(self, _msg: Any, _event: str) -> int:
        """A device's connection closed: nothing reaches it before it comes back."""
        self._tell(tell="closed", source=[str(KSR.pv.get("$si")), int(KSR.pv.get("$sp"))])
        return 1

    def ksr_registrar_event(self, _msg: Any, _event: str) -> int:
        self._tell(tell="expired", aor=str(KSR.pv.get("$ulc(exp=>aor)")))
        return 1

    def _tell(self, **what: Any) -> None:
        try:
            self._system.ask(**what)
        except OSError as fault:
            KSR.err(f"the phone system does not listen: {fault}\n")


def mod_init() -> Edge:
    """Called by Kamailio once, before its workers are made."""
    with open(os.environ["SOFTPHONE_EDGE"], encoding="utf-8") as file:
        return Edge(json.load(file))
