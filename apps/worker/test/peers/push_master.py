"""A master of the class for workers that are pushed to. They connect to its port + 1, once, and stay.

It tells a worker one thing at a time and waits for what it says to that: a task, or KEEPALIVE when there was nothing
else to say for --keep-alive seconds. It never acknowledges, and never says that there is no task. A STATUS without
WORKER_UUID is noise to it. Its own port is for other masters, who are not understood here.
"""

import argparse
import sys
import threading
import time

sys.dont_write_bytecode = True

from blocking_tcp import listen, send_object, serve_for_ever  # noqa: E402
from class_master import Desk, add_arguments, hear, is_alive, is_status, say_alive  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402


def serve_with(desk, keep_alive_s):
    def serve(conn, number):
        heard = hear(conn, number)
        if heard is None or not is_alive(heard):
            say("unexpected", conn=number, line=heard and heard.line)
            return
        worker = say_alive(number, heard)
        is_there = True
        while is_there:
            task = desk.give(worker, number)
            if task is None:
                time.sleep(keep_alive_s)
            send_object(conn, task or {"TASK": "KEEPALIVE"})
            is_there = wait_for_answer(desk, conn, number, worker)
        say("gone", conn=number, worker=worker)

    return serve


def wait_for_answer(desk, conn, number, worker):
    """Reads until the worker has said something to the last line. Gives whether it is still there."""
    while (heard := hear(conn, number)) is not None:
        if heard.message.get("STATUS") == "PONG":
            say("pong", conn=number, worker=worker, line=heard.line)
            return True
        if is_status(heard) and "WORKER_UUID" in heard.message:
            desk.take_result(heard, number)
            return True
        say("noise" if is_status(heard) else "unexpected", conn=number, line=heard.line)
    return False


def refuse(conn, number):
    heard = hear(conn, number)
    say("unexpected", conn=number, line=heard and heard.line)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--keep-alive", type=float, default=10, metavar="S")
    options = parser.parse_args()
    stop_when_told()
    masters, workers = listen_on_two(options.host, options.port)
    threading.Thread(target=serve_for_ever, args=(masters, refuse), daemon=True).start()
    announce(masters)
    serve_for_ever(workers, serve_with(Desk(options.task), options.keep_alive))


def listen_on_two(host, port):
    """A port and the one after it, both free."""
    while True:
        masters = listen(host, port)
        try:
            return masters, listen(host, masters.getsockname()[1] + 1)
        except OSError:
            masters.close()
            if port != 0:
                raise


if __name__ == "__main__":
    main()
