"""Kamailio in front of the rules, with phones, for the tests here; without Kamailio they are skipped, and say why."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from softphone.pbx.kamailio.configuration import KamailioMissing, installation
from softphone.pbx.kamailio.core import KamailioCore
from softphone.pbx.sip_core.timings import Timings
from tests.system.rules_fixture import QUICK, RuleGround


def kamailio_missing() -> str:
    """Why these tests cannot run; "" when they can."""
    try:
        installation()
    except KamailioMissing as missing:
        return str(missing)
    return ""


needs_kamailio = pytest.mark.skipif(kamailio_missing() != "", reason=kamailio_missing())


class EdgeGround(RuleGround):
    """`folder` is Kamailio's; `edge` are the settings of its script, which only the phone system may know."""

    def __init__(self, folder: Path, timings: Timings = QUICK) -> None:
        super().__init__(lambda config, timings: KamailioCore(config, timings, folder=folder), timings)
        self.folder = folder

    @property
    def edge(self) -> dict[str, Any]:
        settings: dict[str, Any] = json.loads((self.folder / "edge.json").read_text())
        return settings

    def start_again(self) -> None:
        """Stops, and starts on the same ports with what is saved."""
        self.core.stop()
        ports = {
            f"{name}_port": int(getattr(self.addresses, name).rsplit(":", 1)[1]) for name in ("udp", "tcp", "tls")
        }
        self.config = replace(self.config, **ports)
        self.core = KamailioCore(self.config, self._timings, folder=self.folder)
        self.start()


def on_kamailio(
    timings: Timings = QUICK,
) -> Callable[[Callable[[EdgeGround], Awaitable[None]]], Callable[[Path], None]]:
    """Makes a test of a coroutine that is given the ground."""

    def decorate(play: Callable[[EdgeGround], Awaitable[None]]) -> Callable[[Path], None]:
        async def run(folder: Path) -> None:
            ground = EdgeGround(folder, timings)
            logging.getLogger().addHandler(ground.tracebacks)
            ground.start()
            try:
                await play(ground)
            finally:
                await ground.close()
                logging.getLogger().removeHandler(ground.tracebacks)
            assert not ground.tracebacks.records, "\n".join(ground.tracebacks.texts())

        @needs_kamailio
        def test(tmp_path: Path) -> None:
            asyncio.run(run(tmp_path / "kamailio"))

        test.__name__, test.__doc__, test.__module__ = play.__name__, play.__doc__, play.__module__
        return test

    return decorate
