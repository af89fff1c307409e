"""A worker of the class that is pushed to: one connection for life, on the master's push port.

It reads one line, does what it says, and only then reads the next: a KEEPALIVE that comes while a task is under way is
answered late. Any line without a TASK that it knows is a bad task for it, and is answered NOK without WORKER_UUID: a
master that answers that NOK with an ACK is in a loop for ever. Each such line is reported as `bad-task`, and a segment
with more than one line as `lost`. It does not survive the end of its connection: it reports `eof` and dies.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from blocking_tcp import parse_object, send_object  # noqa: E402
from careless_reader import read_first_line  # noqa: E402
from class_worker import add_arguments, alive, connect, execute  # noqa: E402
from reporting import say, stop_when_told  # noqa: E402


def answer_to(options, line, number):
    """What the worker says to this line of its master."""
    message = parse_object(line) or {}
    task = message.get("TASK")
    if task == "KEEPALIVE":
        return {"STATUS": "PONG", "WORKER_UUID": options.id}
    if task == "QUERY":
        result = {**execute(options, message, number), "CPF": f"cpf of {message.get('USER')}"}
        return {key: value for key, value in result.items() if key != "TASK" or not options.bare}
    say("bad-task", conn=number, line=line)
    return {"STATUS": "NOK", "TASK": task, "ERROR": "unknown task"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--bare", action="store_true", help="leave TASK out of results, as some do")
    options = parser.parse_args()
    stop_when_told()
    say("started", id=options.id)
    conn, number = connect(options)
    conn.settimeout(None)
    send_object(conn, alive(options))
    say("presented", conn=number)
    try:
        while (line := read_first_line(conn, number)) is not None:
            say("told", conn=number, line=line)
            answer = answer_to(options, line, number)
            send_object(conn, answer)
            say("answered", conn=number, line=line, answer=answer)
    except OSError as error:
        say("broken", conn=number, error=type(error).__name__)
    say("eof", conn=number)
    sys.exit(1)


if __name__ == "__main__":
    main()
