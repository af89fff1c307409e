"""The sockets of the foreign peers: blocking, a thread per connection, as the course's Python nodes have them."""

import itertools
import json
import os
import socket
import struct
import threading

from reporting import say

LINE_MAX_BYTES = 64 * 1024


def parse_address(text):
    """`host:port` as a pair; IPv6 hosts stand in brackets on the command line."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def listen(host, port):
    """A listening socket; port 0 lets the system choose."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # On Windows the same option would let two processes share one port.
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def serve_for_ever(listener, serve):
    """Accepts for ever and runs `serve(conn, number)` in a thread of its own per connection, counted from 1."""
    for number in itertools.count(1):
        conn, remote = listener.accept()
        say("accepted", conn=number, remote=list(remote[:2]))
        threading.Thread(target=_serve_one, args=(serve, conn, number), daemon=True).start()


def _serve_one(serve, conn, number):
    try:
        serve(conn, number)
    except OSError as error:
        say("broken", conn=number, error=type(error).__name__)
    finally:
        conn.close()


def read_line(stream):
    """The next line as text, or `None` at the end of the connection."""
    data = stream.readline(LINE_MAX_BYTES)
    return data.decode("utf-8", "replace").strip() if data else None


def parse_object(line):
    """The JSON object in the line, or `None` for anything else."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def send_object(conn, message):
    """Sends one JSON object as one line."""
    conn.sendall(json.dumps(message).encode() + b"\n")


def reset_on_close(conn):
    """Makes the next `close` answer with RST instead of FIN, and throw away what was not sent yet."""
    # struct linger is two ints, and two shorts in Winsock.
    layout = "hh" if os.name == "nt" else "ii"
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
