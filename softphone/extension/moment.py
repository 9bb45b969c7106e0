"""RFC 3339 date and time, as the settings hold them."""

from __future__ import annotations

import re
from datetime import datetime


def parse_moment(text: str) -> datetime | None:
    """RFC 3339 date and time with an offset; None when it is not one."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,30}(Z|[+-][0-9]{2}:[0-9]{2})", text):
        return None
    # Python 3.10 reads neither "Z" nor fractions of any length
    whole = re.sub(r"\.([0-9]+)", lambda part: "." + part.group(1)[:6].ljust(6, "0"), text.replace("Z", "+00:00"))
    try:
        return datetime.fromisoformat(whole)
    except ValueError:
        return None
