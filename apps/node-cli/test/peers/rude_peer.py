"""A peer that breaks every rule: as a server by --mode, as a client by --attack host:port.

With --mode never-reads it accepts and does nothing at all; every other mode is in rude_answers.py. The attacks, all at
once and each on several connections, are in rude_attacks.py; the process ends with the last of them.
"""

import argparse
import sys
import uuid
from dataclasses import dataclass
from typing import Any

sys.dont_write_bytecode = True

from blocking_tcp import listen, parse_address, read_line, serve_for_ever  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402
from rude_answers import MODES, hang  # noqa: E402
from rude_attacks import ATTACKS, attack  # noqa: E402


@dataclass
class Visit:
    """One connection, as a mode sees it."""

    conn: Any
    stream: Any
    number: int
    own_id: str
    line: str


def behave_as(mode, own_id):
    def serve(conn, number):
        if mode == "never-reads":
            hang()
        stream = conn.makefile("rb")
        line = read_line(stream)
        say("request", conn=number, line=line)
        if line is not None:
            MODES[mode](Visit(conn, stream, number, own_id, line))

    return serve


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--mode", choices=["never-reads", *MODES], default="garbage")
    parser.add_argument("--id", default=str(uuid.uuid4()), help="what it calls itself when it answers well")
    parser.add_argument("--attack", metavar="HOST:PORT", help="be a client of this node instead of a server")
    parser.add_argument("--source", default=None, help="local address of the attacking connections")
    parser.add_argument("--times", type=int, default=3, help="connections per kind of attack")
    parser.add_argument("--kind", action="append", choices=list(ATTACKS), help="attack only in this way; repeatable")
    options = parser.parse_args()
    stop_when_told()
    if options.attack is not None:
        attack(parse_address(options.attack), options.source, options.times, options.kind or list(ATTACKS))
        return
    listener = listen(options.host, options.port)
    announce(listener)
    serve_for_ever(listener, behave_as(options.mode, options.id))


if __name__ == "__main__":
    main()
