"""The house as drawn: who may import whom, how long a module may be, types and style."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "softphone").rglob("*.py"))
WALL = 400


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_imports_follow_the_arrows():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(400)
def test_types_are_strict():
    done = run("mypy")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_style_is_clean():
    done = run("ruff", "check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout[-4000:]


def test_no_module_is_past_the_wall():
    lengths = sorted(((len(path.read_text().splitlines()), path) for path in MODULES), reverse=True)
    longest = [f"{count:4} {path.relative_to(ROOT)}" for count, path in lengths[:10]]
    assert lengths[0][0] <= WALL, "\n".join(longest)


@pytest.mark.parametrize(
    ("package", "rooms"),
    [("pjsua2", ("sip", "pbx/media")), ("httpx", ("account",)), ("keyring", ("store",)),
     ("miniaudio", ("audio", "pbx/media")), ("sippy", ("pbx/sip_core",)), ("starlette", ("pbx/service",))],
)  # fmt: skip
def test_a_library_has_one_room(package: str, rooms: tuple[str, ...]):
    strangers = []
    for path in MODULES:
        inside = path.relative_to(ROOT / "softphone").as_posix()
        if inside.startswith(tuple(f"{room}/" for room in rooms)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            strangers += [f"{inside}:{node.lineno}" for name in names if name.split(".")[0] == package]
    assert not strangers


def test_no_error_is_swallowed():
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)!r}"
        for path in MODULES
        for match in re.finditer(r"except[^\n:]*:\s*\n?\s*pass\b", path.read_text())
    ]
    assert not found


def test_what_people_read_is_written_in_the_text_modules_only():
    strangers = []
    for path in MODULES:
        inside = path.relative_to(ROOT / "softphone").as_posix()
        if re.fullmatch(r"ui/text(_\w+)?\.py", inside):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
                strangers.append(f"{inside}:{node.lineno}")
    assert not strangers


def test_every_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.stat().st_size and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert not silent
