"""A worker of the class that goes where it is sent: REDIRECT takes it to another master, RETURN to the home it remembers.

Its --style is how it talks and how orders reach it: `pull` (as the answer to its next ALIVE), `listening` (on the port in
its ALIVE), or `push` (on its one connection, to the port above the one that it is told). It does and reports its task before it moves, and
ignores orders that are delivered in another style. Away, its SERVER_UUID is --home-name. With --stays it takes no
notice of RETURN. Reports: `moved` with where to and why, `ignored` for an order, and what class_worker.py reports.
"""

import argparse
import sys
import threading
import time

sys.dont_write_bytecode = True

from blocking_tcp import listen, parse_object, send_object, serve_for_ever  # noqa: E402
from careless_reader import read_first_line  # noqa: E402
from class_worker import add_arguments, alive, ask_once, connect, execute, is_query, report  # noqa: E402
from reporting import say, stop_when_told  # noqa: E402

ORDERS = ("REDIRECT", "RETURN")


class Whereabouts:
    """Where the worker is, and where it has to go next. `options` are what `class_worker` reads of them."""

    def __init__(self, options):
        self.options = options
        self._home = options.master
        self._next = None
        self._lock = threading.Lock()

    def order(self, message):
        """Takes an order, if it is one. Gives whether it will be obeyed."""
        task = message.get("TASK")
        if task not in ORDERS or (task == "RETURN" and self.options.stays):
            say("ignored", task=task, message=message)
            return False
        with self._lock:
            self._next = message
        return True

    def move(self):
        """Goes where it was told to go. Gives whether it was told."""
        with self._lock:
            order, self._next = self._next, None
        if order is None:
            return False
        if order["TASK"] == "RETURN":
            self.go_home("RETURN", order.get("SERVER_RETURN"))
            return True
        target = order["SERVER_REDIRECT"]
        self.options.master = f"{target['ip']}:{int(target['port']) + self.options.port_offset}"
        self.options.owner = self.options.home_name
        say("moved", to=self.options.master, why="REDIRECT")
        return True

    def go_home(self, why, told=None):
        self.options.master = self._home
        self.options.owner = None
        say("moved", to=self._home, why=why, told=told)


def pull(options, place, port):
    """A connection for each line, for ever. `port`: where it takes orders, if it listens."""
    more = {} if port is None else {"port": port}
    failures = 0
    while True:
        place.move()
        answer, number = ask_once(options, "polled", alive(options, **more))
        failures = 0 if answer is not None else failures + 1
        if is_query(answer):
            report(options, execute(options, answer, number))
        elif failures >= options.patience and options.owner is not None:
            place.go_home("nobody answers")
        else:
            if answer is not None and answer.get("TASK") in ORDERS:
                if port is None:
                    place.order(answer)
                else:
                    say("ignored", task=answer["TASK"], message=answer)
            time.sleep(options.poll)


def take_orders(place):
    def take(conn, number):
        line = read_first_line(conn, number)
        say("order", conn=number, line=line)
        place.order(parse_object(line or "") or {})

    return take


def push(options, place):
    """One connection to each master that it is with."""
    while True:
        try:
            stay(options, place)
        except OSError as error:
            say("broken", error=type(error).__name__)
        if not place.move():
            place.go_home("the connection ended")
            time.sleep(options.poll)


def stay(options, place):
    conn, number = connect(options)
    with conn:
        conn.settimeout(None)
        send_object(conn, alive(options))
        say("presented", conn=number, master=options.master, owner=options.owner)
        while (line := read_first_line(conn, number)) is not None:
            say("told", conn=number, line=line)
            message = parse_object(line) or {}
            if message.get("TASK") == "KEEPALIVE":
                send_object(conn, {"STATUS": "PONG", "WORKER_UUID": options.id})
            elif is_query(message):
                send_object(conn, execute(options, message, number))
            elif message.get("TASK") in ORDERS:
                if place.order(message):
                    return
            else:
                say("bad-task", conn=number, line=line)
                send_object(conn, {"STATUS": "NOK", "TASK": message.get("TASK"), "ERROR": "unknown task"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--style", choices=("pull", "listening", "push"), required=True)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens for orders, if it does")
    parser.add_argument("--home-name", default=None, help="its SERVER_UUID while it is away; without it, it says none")
    parser.add_argument("--stays", action="store_true", help="take no notice of RETURN")
    parser.add_argument("--patience", type=int, default=10, help="polls without an answer until it goes home")
    options = parser.parse_args()
    options.port_offset = 1 if options.style == "push" else 0
    stop_when_told()
    place = Whereabouts(options)
    say("started", id=options.id)
    if options.style == "push":
        push(options, place)
    if options.style == "pull":
        pull(options, place, None)
    listener = listen(options.host, 0)
    threading.Thread(target=serve_for_ever, args=(listener, take_orders(place)), daemon=True).start()
    pull(options, place, listener.getsockname()[1])


if __name__ == "__main__":
    main()
