"""When a child is started again, and how it is started."""

from __future__ import annotations

import sys

from softphone.user_agent.process import child_command
from softphone.user_agent.restart import RestartPolicy


def test_the_first_death_is_followed_by_a_restart_at_once():
    assert RestartPolicy().died(5.0) == 0.0


def test_a_crash_loop_backs_off_to_half_a_minute():
    policy = RestartPolicy()
    assert [policy.died(0.1) for _ in range(10)] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_healthy_minute_makes_good():
    policy = RestartPolicy()
    for _ in range(5):
        policy.died(0.1)
    assert policy.died(61.0) == 0.0
    assert policy.died(0.1) == 0.5


def test_the_child_is_this_very_program():
    command = child_command()
    assert command[0] == sys.executable
    assert command[1] == "-m"
    assert command[2].startswith("softphone")


def test_an_installed_program_starts_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == [sys.executable, "user-agent"]
