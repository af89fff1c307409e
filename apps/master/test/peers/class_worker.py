"""What all workers of the class have in common: their lines, their way of doing a task, and a connection per line.

Each result has a SALDO of its own, counted up from --saldo, so that a test can tell which of several reports was
recorded. Reports: `polled` and `reported` for an ALIVE and a STATUS with what came back and how the connection ended,
`executed` for a task that was done.
"""

import itertools
import json
import socket
import time

from blocking_tcp import parse_address, parse_object
from careless_reader import read_first_line, read_to_the_end
from reporting import say

ANSWER_WAIT_S = 12
CLOSE_WAIT_S = 3
"""How long a worker waits until the master closes after its answer."""

_numbers = itertools.count(1)
_executed = itertools.count(0)


def add_arguments(parser):
    parser.add_argument("--master", required=True, metavar="HOST:PORT")
    parser.add_argument("--id", default="w-1", help="its WORKER_UUID")
    parser.add_argument("--owner", default=None, help="its SERVER_UUID, which makes it a borrowed one")
    parser.add_argument("--source", default=None, help="local address of its connections")
    parser.add_argument("--poll", type=float, default=0.1, help="seconds between two ALIVEs when there is nothing to do")
    parser.add_argument("--work", type=float, default=0.0, help="seconds that a task takes")
    parser.add_argument("--nok", action="append", default=[], metavar="USER", help="answered NOK; may be repeated")
    parser.add_argument("--saldo", type=float, default=0, help="SALDO of its first result")


def alive(options, **more):
    borrowed = {} if options.owner is None else {"SERVER_UUID": options.owner}
    return {"WORKER": "ALIVE", "WORKER_UUID": options.id, **borrowed, **more}


def execute(options, task, conn):
    """Does the task, and gives the STATUS that tells how it went."""
    time.sleep(options.work)
    user = task.get("USER")
    if user in options.nok:
        say("executed", conn=conn, user=user, status="NOK")
        return {"STATUS": "NOK", "TASK": "QUERY", "WORKER_UUID": options.id, "ERROR": f"no account of {user}"}
    saldo = options.saldo + next(_executed)
    say("executed", conn=conn, user=user, status="OK", saldo=saldo)
    return {"STATUS": "OK", "TASK": "QUERY", "WORKER_UUID": options.id, "SALDO": saldo}


def connect(options):
    """A new connection to the master, and its number."""
    source = None if options.source is None else (options.source, 0)
    conn = socket.create_connection(parse_address(options.master), timeout=ANSWER_WAIT_S, source_address=source)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return conn, next(_numbers)


def to_bytes(message):
    return json.dumps(message).encode() + b"\n"


def converse(conn, number, event, data, send=socket.socket.sendall, **more):
    """Sends the bytes, waits for one line and for the end, reports both as `event`, and gives the line as an object."""
    line, ended, rest = None, "reset", b""
    try:
        send(conn, data)
        line = read_first_line(conn, number)
        ended, rest = ("fin", b"") if line is None else read_to_the_end(conn, CLOSE_WAIT_S)
    except TimeoutError:
        ended = "open"
    except OSError:
        pass
    finally:
        conn.close()
    say(event, conn=number, answer=line, rest=rest.decode("utf-8", "replace"), ended=ended, **more)
    return parse_object(line) if line is not None else None


def ask_once(options, event, message):
    """One line on a connection of its own. Gives the answer and the connection's number, `(None, None)` without any."""
    try:
        conn, number = connect(options)
    except OSError as error:
        say("unreachable", error=type(error).__name__)
        return None, None
    return converse(conn, number, event, to_bytes(message)), number


def is_ack(message):
    return message is not None and message.get("STATUS") == "ACK"


def is_query(message):
    return message is not None and message.get("TASK") == "QUERY"


def poll_for_task(options, **more):
    """Asks for work until there is some. Gives it, and the number of the connection that carried it."""
    while True:
        answer, number = ask_once(options, "polled", alive(options, **more))
        if is_query(answer):
            return answer, number
        time.sleep(options.poll)


def report(options, status):
    """Reports until the report is acknowledged."""
    while True:
        answer, _ = ask_once(options, "reported", status)
        if is_ack(answer):
            return
        time.sleep(options.poll)
