"""A master of the class for workers that pull and listen: it delivers orders by dialling the port in their ALIVE.

Each worker that announces a port is dialled once after its --order-after-th ALIVE, told to go where this master listens
(which changes nothing), and hung up on: `{"event": "ordered", ...}`. One that announces none is served all the same.
"""

import argparse
import collections
import socket
import sys

sys.dont_write_bytecode = True

from blocking_tcp import listen, send_object, serve_for_ever  # noqa: E402
from class_master import Desk, add_arguments, answer_pull, hear, is_alive  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402

DIAL_WAIT_S = 5


def serve_with(desk, order, order_after):
    polls = collections.Counter()

    def serve(conn, number):
        heard = hear(conn, number)
        if heard is None:
            return
        answer_pull(desk, conn, number, heard)
        host = conn.getpeername()[0]
        conn.close()
        if is_alive(heard) and "port" in heard.message:
            worker = heard.message.get("WORKER_UUID")
            polls[worker] += 1
            if polls[worker] == order_after:
                deliver(order, worker, (host, int(heard.message["port"])))

    return serve


def deliver(order, worker, address):
    with socket.create_connection(address, timeout=DIAL_WAIT_S) as conn:
        send_object(conn, order)
    say("ordered", worker=worker, at=list(address))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--order-after", type=int, default=2, metavar="N")
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    host, port = listener.getsockname()[:2]
    order = {"TASK": "REDIRECT", "SERVER_REDIRECT": {"ip": host, "port": port}}
    serve_for_ever(listener, serve_with(Desk(options.task), order, options.order_after))


if __name__ == "__main__":
    main()
