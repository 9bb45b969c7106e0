"""The process of a media child: told by JSON lines, the first of which holds its options, telling by JSON lines."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from softphone.pbx.media.child import ChildOptions, MediaChild, Numbers
from softphone.pbx.media.json_lines import JsonLineWriter, claim_standard_output, json_lines
from softphone.pbx.media.people import people
from softphone.pbx.media.services import services
from softphone.pbx.parent import signal_when_orphaned

KINDS = {"services": services, "people": people}


def main() -> int:
    """Runs the child until it is told to stop, or its parent is gone."""
    writer = JsonLineWriter(claim_standard_output())
    lines = json_lines(sys.stdin, lambda text: logging.warning("a command was refused: %s", text))
    try:
        start = next(lines)
    except StopIteration:
        return 0
    options = ChildOptions(
        kind=start["kind"],
        listen=start["listen"],
        port=int(start["port"]),
        sip_server=start["sip_server"],
        domain=start["domain"],
        data=Path(start["data"]),
        trace=bool(start.get("trace")),
        longest_message_seconds=float(start["longest_message_seconds"]),
        most_messages=int(start["most_messages"]),
    )
    logging.basicConfig(
        level=logging.DEBUG if options.trace else logging.INFO,
        format=f"%(asctime)s.%(msecs)03d {options.kind} %(levelname)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    child = MediaChild(options, writer)
    child.numbers = Numbers(KINDS[options.kind](child))
    address = child.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: child.endpoint.stop())
    signal_when_orphaned(lambda: os._exit(1))
    writer.write(event="ready", address=address, patterns=child.numbers.patterns)

    def read() -> None:
        for command in lines:
            if command.get("command") == "stop":
                child.endpoint.stop()
                return
            child.endpoint.post(lambda command=command: child.handle(command))  # type: ignore[misc]
        os._exit(1)  # the phone system was killed: nobody is left to say goodbye to, and the port is wanted

    threading.Thread(target=read, name="commands", daemon=True).start()
    child.endpoint.run()
    child.endpoint.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
