"""From the start of the process to the painted window, and to the registration of the account in the keychain."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.desk import Desk
from tests.system.pbx_fixture import LocalPhoneSystem
from tests.system.waiting import until

RUNS = 10


def start() -> dict[str, Sequence[float]]:
    """An account of the account service; the first start is not counted: it warms the disk's cache."""
    painted: list[float] = []
    registered: list[float] = []
    with LocalPhoneSystem() as system, Desk(keychain=True) as desk:
        application = desk.application({"SOFTPHONE_CA_FILE": system.ca_file})
        application.sign_in("alice@example.com", system.password_of("alice@example.com"), system.service)
        application.registered()
        for run in range(RUNS + 1):
            application.stop()
            until(lambda: not any(application.home.rglob("default.sock")), "its socket is gone")
            application.start()
            application.registered()
            if run:
                painted.append((application.timing("window_painted") - application.spawned) * 1000)
                registered.append((application.timing("registered") - application.spawned) * 1000)
    return {"to_window_painted_ms": painted, "to_registered_ms": registered}
