"""A master of the class that breaks the rules, in the way that --mode names.

It misbehaves --times times, and from then on serves as pull_master.py does: a worker that survived shows it by its
work. Each misbehaviour is reported as `rude`. Nothing is given out by those that give nothing, so no task is lost here.
"""

import argparse
import itertools
import json
import os
import random
import sys
import time

sys.dont_write_bytecode = True

from blocking_tcp import listen, reset_on_close, send_object, serve_for_ever  # noqa: E402
from careless_reader import read_to_the_end  # noqa: E402
from class_master import Desk, add_arguments, answer_pull, hear, is_alive, is_status  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402

SLOW_S = 10
PATIENCE_S = 60


def until_closed(conn, number):
    """Says nothing more and waits for the worker to give up."""
    ended, _ = read_to_the_end(conn, PATIENCE_S)
    say("given-up", conn=number, ended=ended)


# What becomes of an ALIVE.


def closes(desk, conn, number, worker):
    pass


def resets(desk, conn, number, worker):
    reset_on_close(conn)


def never_answers(desk, conn, number, worker):
    until_closed(conn, number)


def is_slow(desk, conn, number, worker):
    time.sleep(SLOW_S)
    send_object(conn, desk.give(worker, number) or {"TASK": "NO_TASK"})


def talks_rubbish(desk, conn, number, worker):
    noise = random.Random("rubbish")
    conn.sendall(bytes(noise.randrange(0x80, 0x100) for _ in range(200)) + b"\n")
    until_closed(conn, number)


def talks_prose(desk, conn, number, worker):
    conn.sendall(b"work? there is always work\n")
    until_closed(conn, number)


def says_unknown_tasks(desk, conn, number, worker):
    """Words that nobody knows, then a task, each in a segment of its own; whatever is said to the words is reported."""
    for word in ("GOSSIP", "QUERY_ALL", "", None, 5):
        send_object(conn, {"TASK": word, "USER": "nobody"})
        # Some answer and some do not, and some drop what shares a segment: there is nothing to wait for but time.
        time.sleep(0.5)
    send_object(conn, desk.give(worker, number) or {"TASK": "NO_TASK"})
    serve_lines(desk, conn, number)


def gives_two_at_once(desk, conn, number, worker):
    """Two tasks in one segment."""
    tasks = [task for task in (desk.give(worker, number), desk.give(worker, number)) if task is not None]
    conn.sendall(b"".join(json.dumps(task).encode() + b"\n" for task in tasks))
    serve_lines(desk, conn, number)


def dies_after_giving(desk, conn, number, worker):
    send_object(conn, desk.give(worker, number) or {"TASK": "NO_TASK"})
    os._exit(1)


# What becomes of a STATUS.


def never_acks_but_stays(desk, number, heard):
    desk.take_result(heard, number)
    return True


def never_acks_and_closes(desk, number, heard):
    desk.take_result(heard, number)
    return False


AT_ALIVE = {
    "closes": closes,
    "resets": resets,
    "never-answers": never_answers,
    "slow": is_slow,
    "garbage": talks_rubbish,
    "not-json": talks_prose,
    "unknown-tasks": says_unknown_tasks,
    "two-at-once": gives_two_at_once,
    "dies-after-query": dies_after_giving,
}

AT_STATUS = {
    "no-ack-open": never_acks_but_stays,
    "no-ack-closes": never_acks_and_closes,
}


def serve_lines(desk, conn, number):
    """Behaves, line after line."""
    while (heard := hear(conn, number)) is not None:
        answer_pull(desk, conn, number, heard)


def serve_rudely_at_alive(desk, mode, times):
    visits = itertools.count()

    def serve(conn, number):
        heard = hear(conn, number)
        if heard is None:
            return
        if is_alive(heard) and next(visits) < times:
            say("rude", conn=number, mode=mode, line=heard.line)
            AT_ALIVE[mode](desk, conn, number, heard.message.get("WORKER_UUID"))
        else:
            answer_pull(desk, conn, number, heard)

    return serve


def serve_rudely_at_status(desk, mode, times):
    visits = itertools.count()

    def serve(conn, number):
        is_open = True
        while is_open and (heard := hear(conn, number)) is not None:
            if is_status(heard) and next(visits) < times:
                say("rude", conn=number, mode=mode, line=heard.line)
                is_open = AT_STATUS[mode](desk, number, heard)
            else:
                answer_pull(desk, conn, number, heard)

    return serve


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mode", required=True, choices=[*AT_ALIVE, *AT_STATUS])
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    serve_rudely = serve_rudely_at_alive if options.mode in AT_ALIVE else serve_rudely_at_status
    serve_for_ever(listener, serve_rudely(Desk(options.task), options.mode, options.times))


if __name__ == "__main__":
    main()
