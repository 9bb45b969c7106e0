"""Where the files of `resources/` are: beside the package in a checkout, inside it once installed."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = next((d for d in (_HERE / "_resources", _HERE.parent / "resources") if d.is_dir()), _HERE.parent / "resources")


def resource(*parts: str) -> Path:
    """Path of one bundled file, e.g. `resource("design", "tokens.json")`."""
    return _ROOT.joinpath(*parts)
