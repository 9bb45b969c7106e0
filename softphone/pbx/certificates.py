"""The phone system's own certificate authority and its server certificate, kept for all runs of a data folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import trustme

from softphone.pbx.private_file import write_private


@dataclass(frozen=True)
class Certificates:
    """`ca_file` is what clients trust; the private key is readable by its owner only."""

    ca_file: Path
    chain: Path
    private_key: Path


def certificates(folder: Path, names: Iterable[str]) -> Certificates:
    """The same authority at every start; a server certificate made anew when it is to have other names."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    ca_key, names_file = folder / "ca.key", folder / "names.txt"
    wanted = sorted(set(names))
    if ca_key.exists() and files.ca_file.exists():
        authority = trustme.CA.from_pem(files.ca_file.read_bytes(), ca_key.read_bytes())
    else:
        authority = trustme.CA(organization_name="Softphone", organization_unit_name="Local phone system")
        write_private(ca_key, authority.private_key_pem.bytes())
        write_private(files.ca_file, authority.cert_pem.bytes())
        names_file.unlink(missing_ok=True)
    if names_file.exists() and names_file.read_text().split() == wanted:
        return files
    server = authority.issue_cert(*wanted, common_name=wanted[-1], organization_name="Softphone")
    write_private(files.private_key, server.private_key_pem.bytes())
    write_private(files.chain, b"".join(blob.bytes() for blob in server.cert_chain_pems))
    write_private(names_file, "\n".join(wanted).encode())  # last: without it all is made again
    return files
