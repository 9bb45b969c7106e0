"""Where this computer keeps what belongs to one profile."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "softphone"
DEFAULT_PROFILE = "default"
_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True)
class Paths:
    """Folders of one profile; made on first use, for this user only."""

    profile: str
    config: Path
    data: Path
    logs: Path
    runtime: Path
    cache: Path

    @property
    def preferences(self) -> Path:
        return self.config / "preferences.json"

    @property
    def history(self) -> Path:
        return self.data / "history.sqlite3"

    @property
    def settings(self) -> Path:
        return self.data / "settings.json"

    @property
    def log_file(self) -> Path:
        return self.logs / "softphone.log"

    @property
    def control_socket(self) -> str:
        """Name for the local socket: a path on POSIX, a pipe name with the user in it on Windows."""
        if os.name == "nt":
            return f"softphone-{os.environ.get('USERNAME', 'user')}-{self.profile}"
        return str(self.runtime / f"{self.profile}.sock")

    @property
    def lock_file(self) -> Path:
        return self.runtime / f"{self.profile}.lock"


def paths_of(profile: str = DEFAULT_PROFILE) -> Paths:
    """The folders of a profile. Raises ValueError for a name that is not letters, digits, - and _."""
    if not _PROFILE.fullmatch(profile):
        raise ValueError(f"not a profile name: {profile!r}")
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    sub = Path() if profile == DEFAULT_PROFILE else Path("profiles") / profile
    paths = Paths(
        profile=profile,
        config=dirs.user_config_path / sub,
        data=dirs.user_data_path / sub,
        logs=dirs.user_log_path / sub,
        runtime=_runtime(dirs),
        cache=dirs.user_cache_path / sub,
    )
    for folder in (paths.config, paths.data, paths.logs, paths.runtime, paths.cache):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return paths


def _runtime(dirs: platformdirs.PlatformDirs) -> Path:
    """A folder that only this user can enter; a socket's path must stay under 100 characters."""
    if os.name != "nt" and not os.environ.get("XDG_RUNTIME_DIR"):
        return dirs.user_data_path / "run"
    return dirs.user_runtime_path
