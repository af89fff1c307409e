"""A node of the class of 2025/2: SERVER_UUID in requests and answers, connections left open for the next beat.

It knows no bare requests: it closes on one without answering, or, with --silent, keeps the connection and says nothing.
Its answers carry SERVER_UUID and no SERVER_ID.
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


def is_request(message):
    is_heartbeat = message is not None and message.get("TASK") == "HEARTBEAT" and "RESPONSE" not in message
    return is_heartbeat and "SERVER_UUID" in message


def answer_each_line(own_id, is_silent):
    def serve(conn, number):
        stream = conn.makefile("rb")
        while (line := read_line(stream)) is not None:
            say("request", conn=number, line=line)
            if is_request(parse_object(line)):
                send_object(conn, {"SERVER_UUID": own_id, "TASK": "HEARTBEAT", "RESPONSE": "ALIVE"})
            elif not is_silent:
                return
        say("ended", conn=number)

    return serve


class Prober:
    """Probes over one connection per peer, opened again only after the other side closed it."""

    def __init__(self, own_id):
        self._own_id = own_id
        self._streams = {}

    def __call__(self, address):
        try:
            conn, stream = self._connection(address)
            send_object(conn, {"SERVER_UUID": self._own_id, "TASK": "HEARTBEAT"})
            line = read_line(stream)
        except OSError:
            self._forget(address)
            raise
        say("answer", peer=list(address), line=line)
        if line is None:
            self._forget(address)
            return None
        message = parse_object(line)
        return message.get("SERVER_UUID") if message is not None else None

    def _connection(self, address):
        if address not in self._streams:
            conn = socket.create_connection(address, timeout=ANSWER_WAIT_S)
            say("dialled", peer=list(address))
            self._streams[address] = (conn, conn.makefile("rb"))
        return self._streams[address]

    def _forget(self, address):
        conn, _ = self._streams.pop(address, (None, None))
        if conn is not None:
            conn.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--id", default=str(uuid.uuid4()))
    parser.add_argument("--silent", action="store_true", help="keep the connection of a bare request, and say nothing")
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    start_probing(options, options.id, Prober(options.id))
    serve_for_ever(listener, answer_each_line(options.id, options.silent))


if __name__ == "__main__":
    main()
