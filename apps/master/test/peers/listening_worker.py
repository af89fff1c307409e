"""A worker of the class that pulls and listens: its ALIVE carries the port on which it takes orders.

A master delivers an order by dialling that port and writing one line, and this worker reads one line per connection:
`{"event": "order", "line": ...}`. With --eager it polls once more while it works, and may so hold two tasks at once.
"""

import argparse
import sys
import threading

sys.dont_write_bytecode = True

from blocking_tcp import listen, serve_for_ever  # noqa: E402
from careless_reader import read_first_line  # noqa: E402
from class_worker import add_arguments, alive, ask_once, execute, is_query, poll_for_task, report  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402


def take_order(conn, number):
    say("order", conn=number, line=read_first_line(conn, number))


def work_for_ever(options, port):
    while True:
        held = [poll_for_task(options, port=port)]
        if options.eager:
            answer, number = ask_once(options, "polled", alive(options, port=port))
            if is_query(answer):
                held.append((answer, number))
        for task, number in held:
            report(options, execute(options, task, number))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens for orders")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--eager", action="store_true", help="poll once more while a task is under way")
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    port = listener.getsockname()[1]
    threading.Thread(target=work_for_ever, args=(options, port), daemon=True).start()
    serve_for_ever(listener, take_order)


if __name__ == "__main__":
    main()
