"""Client of the account service."""

import sys

# httpx brings a command line, and that click, rich and pygments where they are installed: 50 ms and 6 MB for nothing
# that is used here. It goes without when this module cannot be imported.
if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
