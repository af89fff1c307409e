"""A node of the older spelling: SERVER ALIVE, TASK REQUEST, answered by TASK RECIEVE (so spelled).

It has no id on the wire, and closes silently on anything else.
"""

import argparse
import socket
import sys

sys.dont_write_bytecode = True

from blocking_tcp import listen, parse_object, read_line, send_object, serve_for_ever  # noqa: E402
from probe_loop import add_arguments, start_probing  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402

ANSWER_WAIT_S = 3
REQUEST = {"SERVER": "ALIVE", "TASK": "REQUEST"}
ANSWER = {"SERVER": "ALIVE", "TASK": "RECIEVE"}


def answer_first_line(conn, number):
    line = read_line(conn.makefile("rb"))
    say("request", conn=number, line=line)
    if line is not None and parse_object(line) == REQUEST:
        send_object(conn, ANSWER)


def probe(address):
    with socket.create_connection(address, timeout=ANSWER_WAIT_S) as conn:
        send_object(conn, REQUEST)
        line = read_line(conn.makefile("rb"))
    say("answer", peer=list(address), line=line)
    is_answer = line is not None and parse_object(line) == ANSWER
    return f"{address[0]}:{address[1]}" if is_answer else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    start_probing(options, f"{options.host}:{options.port}", probe)
    serve_for_ever(listener, answer_first_line)


if __name__ == "__main__":
    main()
