"""Reading as careless programs do: one `recv`, and what follows its first newline is lost.

Several programs of the class read like this, so whoever talks to them must send one line at a time and wait for the
answer. Whatever is lost is reported, as `{"event": "lost", ...}`: a well-behaved node never makes that happen.
"""

import time

from blocking_tcp import LINE_MAX_BYTES
from reporting import say


def read_first_line(conn, number):
    """The next line as text, or `None` at the end of the connection."""
    data = b""
    while b"\n" not in data and len(data) < LINE_MAX_BYTES:
        chunk = conn.recv(LINE_MAX_BYTES)
        if not chunk:
            break
        data += chunk
    line, _, rest = data.partition(b"\n")
    if rest.strip():
        say("lost", conn=number, text=rest.decode("utf-8", "replace"))
    return line.decode("utf-8", "replace").strip() if data else None


def read_to_the_end(conn, patience_s):
    """How the other side ends the connection (`fin`, `reset`, or `open` if it does not), and what it said until then."""
    data = b""
    give_up_at = time.monotonic() + patience_s
    try:
        while (left := give_up_at - time.monotonic()) > 0:
            conn.settimeout(left)
            chunk = conn.recv(LINE_MAX_BYTES)
            if not chunk:
                return "fin", data
            data = (data + chunk)[-LINE_MAX_BYTES:]
    except TimeoutError:
        pass
    except OSError:
        return "reset", data
    return "open", data
