"""How a foreign peer tells its test what it saw, and when it stops.

Every peer prints `listening <port>` once it is ready, then one JSON object per line for each thing that happened to it:
`{"event": "accepted", "conn": 1, ...}`. Nothing in this file touches the wire.
"""

import json
import os
import signal
import sys
import threading

_printing = threading.Lock()


def print_line(text):
    """Prints one whole line at once, whichever thread calls, and does not leave it in a buffer."""
    with _printing:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def say(event, **fields):
    """Reports one thing that happened, as one JSON line."""
    print_line(json.dumps({"event": event, **fields}))


def announce(listener):
    """Tells the test which port was bound, and that connections are accepted from now on."""
    print_line(f"listening {listener.getsockname()[1]}")


def stop_when_told():
    """Ends the process on SIGTERM, and when its stdin closes: a test run that dies leaves no peer behind.

    The end is abrupt on purpose. A peer that is stopped stands for a machine that vanished, so nothing is said good-bye
    to, and no thread that hangs in a blocking call can hold the process back.
    """
    signal.signal(signal.SIGTERM, lambda _signal, _frame: os._exit(0))
    threading.Thread(target=_wait_for_closed_stdin, daemon=True).start()


def _wait_for_closed_stdin():
    # Not through `sys.stdin`: its lock, held by this thread, would make an orderly end of the interpreter abort.
    while os.read(0, 4096):
        pass
    os._exit(0)
