"""The node that the brief describes: one connection per heartbeat, blocking sockets, a thread per connection.

It answers the first line of a connection only, and closes silently on anything that is not a HEARTBEAT. It learns who
its peers are from SERVER_ID in their answers.
"""

import argparse
import socket
import sys
import uuid

sys.dont_write_bytecode = True

from blocking_tcp import listen, parse_object, read_line, send_object, serve_for_ever  # noqa: E402
from probe_loop import add_arguments, start_probing  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402

ANSWER_WAIT_S = 3


def answer_first_line(own_id):
    def serve(conn, number):
        line = read_line(conn.makefile("rb"))
        say("request", conn=number, line=line)
        message = parse_object(line) if line is not None else None
        if message is not None and message.get("TASK") == "HEARTBEAT":
            send_object(conn, {"TASK": "HEARTBEAT", "RESPONSE": "ALIVE", "SERVER_ID": own_id})

    return serve


def probe(address):
    with socket.create_connection(address, timeout=ANSWER_WAIT_S) as conn:
        send_object(conn, {"TASK": "HEARTBEAT"})
        line = read_line(conn.makefile("rb"))
    say("answer", peer=list(address), line=line)
    message = parse_object(line) if line is not None else None
    if message is None or message.get("RESPONSE") != "ALIVE":
        return None
    return message.get("SERVER_ID")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--id", default=str(uuid.uuid4()))
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    start_probing(options, options.id, probe)
    serve_for_ever(listener, answer_first_line(options.id))


if __name__ == "__main__":
    main()
