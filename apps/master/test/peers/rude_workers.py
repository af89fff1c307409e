"""Workers of the class that break the rules, each in the way that --mode names.

What such a worker reports of its own invention carries the SALDO -1, which must never become the result of a task.
Modes that take tasks go on for ever; the others misbehave --times times and end, after `{"event": "over"}`.
"""

import argparse
import os
import random
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True

from blocking_tcp import parse_object, reset_on_close, send_object  # noqa: E402
from careless_reader import read_first_line, read_to_the_end  # noqa: E402
from class_worker import (  # noqa: E402
    CLOSE_WAIT_S,
    add_arguments,
    alive,
    ask_once,
    connect,
    converse,
    execute,
    is_ack,
    is_query,
    poll_for_task,
    report,
    to_bytes,
)
from reporting import say, stop_when_told  # noqa: E402

FORGED_SALDO = -1
FLOOD_LINES = 1000
FLOOD_MAX_BYTES = 64 * 1024 * 1024


def forged(options, worker=None):
    """A STATUS for which nothing was done."""
    return {"STATUS": "OK", "TASK": "QUERY", "WORKER_UUID": worker or options.id, "SALDO": FORGED_SALDO}


def gather(options, event, data, then_half_close=False):
    """Sends the bytes on a connection of their own, and gives every line that comes back until it ends."""
    conn, number = connect(options)
    ended, answer = "reset", b""
    try:
        conn.sendall(data)
        if then_half_close:
            conn.shutdown(socket.SHUT_WR)
        ended, answer = read_to_the_end(conn, CLOSE_WAIT_S)
    except OSError:
        pass
    finally:
        conn.close()
    lines = answer.decode("utf-8", "replace").splitlines()
    say(event, conn=number, answers=lines, ended=ended)
    return [parse_object(line) for line in lines]


# Workers that nobody can name.


def id_missing(options):
    gather(options, "presented", to_bytes({"WORKER": "ALIVE"}))


def id_null(options):
    gather(options, "presented", to_bytes({"WORKER": "ALIVE", "WORKER_UUID": None}))


def id_empty(options):
    gather(options, "presented", to_bytes({"WORKER": "ALIVE", "WORKER_UUID": ""}))


# Results that are none.


def reports_twice(options):
    task, number = poll_for_task(options)
    status = execute(options, task, number)
    report(options, status)
    ask_once(options, "repeated", {**status, "SALDO": FORGED_SALDO})


def reports_twice_at_once(options):
    """At a push port: each result is followed by a forged one, in the same segment."""
    conn, number = connect(options)
    conn.settimeout(None)
    send_object(conn, alive(options))
    while (line := read_first_line(conn, number)) is not None:
        task = parse_object(line)
        if is_query(task):
            conn.sendall(to_bytes(execute(options, task, number)) + to_bytes(forged(options)))
        else:
            send_object(conn, {"STATUS": "PONG", "WORKER_UUID": options.id})
    say("eof", conn=number)


def reports_on_an_earlier_connection(options):
    """Says that a task is done on a connection that it opened before it was given that task; later it really is."""
    spare, spare_number = connect(options)
    task, number = ask_once(options, "polled", alive(options))
    if is_query(task):
        converse(spare, spare_number, "forged", to_bytes(forged(options)))
        report(options, execute(options, task, number))
    else:
        spare.close()
        time.sleep(options.poll)


def reports_what_it_was_never_given(options):
    ask_once(options, "forged", forged(options))
    time.sleep(options.poll)


def reports_for_another(options):
    ask_once(options, "forged", forged(options, options.victim))
    time.sleep(options.poll)


# Workers that hold a task, and behave as if they did not.


def polls_while_holding(options):
    task, number = poll_for_task(options)
    for _ in range(options.times):
        ask_once(options, "polled-again", alive(options))
    report(options, execute(options, task, number))


def never_reports(options):
    poll_for_task(options)
    for _ in range(options.times):
        ask_once(options, "polled-again", alive(options))
    say("silent")
    threading.Event().wait()


def is_keep_alive(line):
    return (parse_object(line or "") or {}).get("TASK") == "KEEPALIVE"


def pong(options):
    return {"STATUS": "PONG", "WORKER_UUID": options.id}


def dies(options):
    """Takes a task and is gone, with its connection reset."""
    conn, number = connect(options)
    send_object(conn, alive(options))
    line = read_first_line(conn, number)
    if is_keep_alive(line):
        send_object(conn, pong(options))
        line = read_first_line(conn, number)
    say("dying" if is_query(parse_object(line or "")) else "polled", conn=number, answer=line)
    if is_query(parse_object(line or "")):
        reset_on_close(conn)
        conn.close()
        os._exit(1)
    conn.close()
    time.sleep(options.poll)


# Good lines, oddly sent.


def byte_by_byte(conn, data):
    for byte in data:
        conn.sendall(bytes([byte]))


def writes_one_byte_at_a_time(options):
    conn, number = connect(options)
    task = converse(conn, number, "polled", to_bytes(alive(options)), byte_by_byte)
    if not is_query(task):
        time.sleep(options.poll)
        return
    status = to_bytes(execute(options, task, number))
    while not is_ack(converse(*connect(options), "reported", status, byte_by_byte)):
        time.sleep(options.poll)


def merges_lines(options):
    """Two ALIVEs in a segment; then the result, a forged second one and an ALIVE in another."""
    poll = to_bytes(alive(options))
    answers = gather(options, "polled", b"\r\n\n" + poll + b"\r\n" + poll)
    while tasks := [answer for answer in answers if is_query(answer)]:
        results = [to_bytes(execute(options, task, None)) + to_bytes(forged(options)) for task in tasks]
        answers = gather(options, "reported", b"".join(results) + poll)
    time.sleep(options.poll)


def leaves_newlines_out(options):
    """An ALIVE that is ended by FIN, by a worker that may thus be gone; then a task, whose STATUS is ended by FIN."""
    answers = gather(options, "left", to_bytes(alive(options)).rstrip(), then_half_close=True)
    tasks = [answer for answer in answers if is_query(answer)]
    task, number = (tasks[0], None) if tasks else poll_for_task(options)
    status = to_bytes(execute(options, task, number)).rstrip()
    while not any(is_ack(answer) for answer in gather(options, "reported", status, then_half_close=True)):
        time.sleep(options.poll)


def says_nan(options):
    """Python's `json` writes NaN, which is not JSON. Each line comes with NaN first, and then again without."""
    conn, number = connect(options)
    task = converse(conn, number, "polled", to_bytes(alive(options, LOAD=float("nan"))) + to_bytes(alive(options)))
    if not is_query(task):
        time.sleep(options.poll)
        return
    status = execute(options, task, number)
    data = to_bytes({**status, "SALDO": float("nan")}) + to_bytes(status)
    while not is_ack(converse(*connect(options), "reported", data)):
        time.sleep(options.poll)


def echoes_the_task(options):
    """Its STATUS repeats the task, which is --echo bytes long here; refused, it reports without."""
    task, number = poll_for_task(options)
    status = execute(options, task, number)
    answer, _ = ask_once(options, "echoed", {**status, "USER": "x" * options.echo})
    if not is_ack(answer):
        report(options, status)


# Too much, and rubbish.


def talks_rubbish(options):
    noise = random.Random("rubbish")
    gather(options, "talked", bytes(noise.randrange(0x80, 0x100) for _ in range(200)) + b"\n")


def floods_with_polls(options):
    for answer in gather(options, "flooded", to_bytes(alive(options)) * FLOOD_LINES):
        if is_query(answer):
            report(options, execute(options, answer, None))


def never_reads(options):
    """Polls on one connection without ever reading an answer, until the master takes no more or ends it."""
    conn, number = connect(options)
    conn.settimeout(CLOSE_WAIT_S)
    batch, sent, ended = to_bytes(alive(options)) * FLOOD_LINES, 0, "open"
    try:
        while sent < FLOOD_MAX_BYTES:
            sent += conn.send(batch)
    except TimeoutError:
        ended = "blocked"
    except OSError:
        ended = "cut"
    say("unread", conn=number, sent=sent, ended=ended)
    reset_on_close(conn)
    conn.close()


def never_reads_its_task(options):
    """Presents itself at a push port, says that it is there, and reads nothing of what it is told from then on."""
    conn, number = connect(options)
    send_object(conn, alive(options))
    if is_keep_alive(read_first_line(conn, number)):
        send_object(conn, pong(options))
    say("presented", conn=number)
    threading.Event().wait()


FOR_EVER = {
    "twice": reports_twice,
    "twice-at-once": reports_twice_at_once,
    "earlier-connection": reports_on_an_earlier_connection,
    "polls-while-holding": polls_while_holding,
    "never-reports": never_reports,
    "dies": dies,
    "one-byte": writes_one_byte_at_a_time,
    "merged": merges_lines,
    "no-newline": leaves_newlines_out,
    "nan": says_nan,
    "echo": echoes_the_task,
    "never-reads-its-task": never_reads_its_task,
}

SOME_TIMES = {
    "id-missing": id_missing,
    "id-null": id_null,
    "id-empty": id_empty,
    "never-given": reports_what_it_was_never_given,
    "other-id": reports_for_another,
    "garbage": talks_rubbish,
    "flood": floods_with_polls,
    "never-reads": never_reads,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--mode", required=True, choices=[*FOR_EVER, *SOME_TIMES])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--victim", default=None, help="in whose name --mode other-id reports")
    parser.add_argument("--echo", type=int, default=6 * 1024, help="bytes that --mode echo adds to its STATUS")
    options = parser.parse_args()
    stop_when_told()
    say("started", id=options.id)
    if options.mode in SOME_TIMES:
        for _ in range(options.times):
            SOME_TIMES[options.mode](options)
        say("over")
        return
    while True:
        FOR_EVER[options.mode](options)


if __name__ == "__main__":
    main()
