"""From the start of the process to the painted window, what is on it, and the registration of the saved account."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.desk import Desk
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until

RUNS = 10


def start() -> dict[str, Sequence[float]]:
    """An account of the account service; the first start is not counted: it warms the disk's cache."""
    times: dict[str, list[float]] = {}
    with LocalPhoneSystem() as system, Desk(keychain=True) as desk:
        application = desk.application({"SOFTPHONE_CA_FILE": system.ca_file})
        application.sign_in("alice@example.com", system.password_of("alice@example.com"), system.service)
        application.registered()
        for run in range(RUNS + 1):
            application.stop()
            until(lambda: not any(application.home.rglob("default.sock")), "its socket is gone")
            application.start()
            application.registered()
            for name in ("window_painted", "page_painted", "registered") if run else ():
                times.setdefault(f"to_{name}_ms", []).append((application.timing(name) - application.spawned) * 1000)
    return times
