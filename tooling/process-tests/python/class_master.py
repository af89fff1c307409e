"""What all masters of the class have in common: their lines, and a backlog from which tasks are popped as they are sent.

There is no id on the wire, so a result is taken for the task that the worker was given first of those it has not
answered. Reports: `told` for every line, and then `alive`, `result` (with the user of the task it was taken for), or
`unexpected`; `given` for a task.
"""

import collections
import json
import threading
from dataclasses import dataclass

from blocking_tcp import parse_object, send_object
from careless_reader import read_first_line
from reporting import say


def add_arguments(parser):
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--task", action="append", default=[], metavar="USER", help="a task; may be repeated")
    parser.add_argument("--json-task", action="append", default=[], type=json.loads, dest="task", metavar="JSON")


class Desk:
    """Who was given what. Shared by the threads of all connections."""

    def __init__(self, users):
        self._lock = threading.Lock()
        self._backlog = collections.deque(users)
        self._held = collections.defaultdict(collections.deque)

    def give(self, worker, conn):
        """The next task, now in the hands of this worker; `None` if there is none."""
        with self._lock:
            if not self._backlog:
                return None
            user = self._backlog.popleft()
            self._held[worker].append(user)
        say("given", conn=conn, worker=worker, user=user)
        return {"TASK": "QUERY", "USER": user}

    def take_result(self, heard, conn):
        """The worker says how its oldest task went."""
        worker = heard.message.get("WORKER_UUID")
        with self._lock:
            held = self._held[worker]
            user = held.popleft() if held else None
        say("result", conn=conn, worker=worker, user=user, line=heard.line)


@dataclass
class Heard:
    """A line, and the object that it is (an empty one if it is none)."""

    line: str
    message: dict


def hear(conn, number):
    """The next line, or `None` at the end of the connection."""
    line = read_first_line(conn, number)
    if line is None:
        return None
    say("told", conn=number, line=line)
    return Heard(line, parse_object(line) or {})


def is_alive(heard):
    return heard.message.get("WORKER") == "ALIVE"


def is_status(heard):
    return heard.message.get("STATUS") in ("OK", "NOK")


def answer_pull(desk, conn, number, heard):
    """Answers one line of a worker that pulls, as the class does."""
    if is_alive(heard):
        worker = say_alive(number, heard)
        send_object(conn, desk.give(worker, number) or {"TASK": "NO_TASK"})
    elif is_status(heard):
        desk.take_result(heard, number)
        send_object(conn, {"STATUS": "ACK"})
    else:
        say("unexpected", conn=number, line=heard.line)


def say_alive(number, heard):
    """Reports an ALIVE, and gives the worker's id."""
    worker = heard.message.get("WORKER_UUID")
    say("alive", conn=number, worker=worker, line=heard.line)
    return worker
