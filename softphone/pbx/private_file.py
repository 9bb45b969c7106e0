"""Files that only their owner reads, there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_private(file: Path, content: bytes) -> None:
    """Writes, flushes to the disk, and puts it in place of the old one."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=file.name + ".")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
