"""Every way in which a rude peer answers a heartbeat: one function per mode.

A mode gets a connection whose first request was read, and may do with it what it likes. It is run once per
connection, and the connection is closed after it (with FIN, unless the mode asked for a reset).
"""

import json
import random
import threading

from blocking_tcp import read_line, reset_on_close
from reporting import say

HUGE_LINE_BYTES = 1024 * 1024


def answer(own_id):
    return json.dumps({"TASK": "HEARTBEAT", "RESPONSE": "ALIVE", "SERVER_ID": own_id}).encode()


def hang():
    """Keeps the connection open and untouched until the process ends."""
    threading.Event().wait()


def for_each_request(visit, act):
    """Acts on the request that was read, and on each one that follows on the same connection, until the node closes."""
    try:
        act()
        while (line := read_line(visit.stream)) is not None:
            say("request", conn=visit.number, line=line)
            act()
        how = "fin"
    except OSError as error:
        how = type(error).__name__
    say("closed-by-node", conn=visit.number, how=how)


def always(data):
    """A mode that answers every request with these bytes."""
    return lambda visit: for_each_request(visit, lambda: visit.conn.sendall(data))


def one_byte(visit):
    def act():
        for byte in answer(visit.own_id) + b"\n":
            visit.conn.sendall(bytes([byte]))

    for_each_request(visit, act)


def merged(visit):
    """Blank lines, CRLF, the answer, an unknown TASK and another answer that nobody asked for, in one segment."""
    unknown = json.dumps({"TASK": "GOSSIP", "ABOUT": "everybody"}).encode()
    good = answer(visit.own_id)
    always(b"\r\n\n" + good + b"\r\n" + unknown + b"\n\r\n" + good + b"\n")(visit)


def no_newline(visit):
    visit.conn.sendall(answer(visit.own_id))


def reset_before(visit):
    reset_on_close(visit.conn)


def reset_in_the_middle(visit):
    visit.conn.sendall(answer(visit.own_id)[:20])
    reset_on_close(visit.conn)


def reset_after(visit):
    """Answers the first beat of a connection well, and the second one with a reset."""
    visit.conn.sendall(answer(visit.own_id) + b"\n")
    if read_line(visit.stream) is not None:
        say("resetting", conn=visit.number)
        reset_on_close(visit.conn)


def half_answer(visit):
    visit.conn.sendall(answer(visit.own_id)[:20])
    hang()


def nan_first(visit):
    """Python's `json` writes NaN, which is not JSON. The first connection gets that, the others a good answer."""
    nan = json.dumps({"TASK": "HEARTBEAT", "X": float("nan")}).encode()
    visit.conn.sendall((nan if visit.number == 1 else answer(visit.own_id)) + b"\n")


def hiccup(visit):
    """Speaks every dialect, and closes ten beats unanswered after its first answer, as a node at its limits does.

    Should it be asked in the older spelling meanwhile, it answers: the worst moment, as that answer has no id.
    """
    if "REQUEST" in visit.line:
        visit.conn.sendall(json.dumps({"SERVER": "ALIVE", "TASK": "RECIEVE"}).encode() + b"\n")
    elif not 2 <= visit.number <= 11:
        visit.conn.sendall(answer(visit.own_id) + b"\n")


def deep_after_answer(visit):
    """Well-behaved first, so that longer lines are allowed, then 9 KiB of opening brackets."""
    always(answer(visit.own_id) + b"\n" + b"[" * 9 * 1024 + b"\n")(visit)


def answer_with_id(value):
    """A mode whose answers carry this as SERVER_ID, whatever its type."""
    return always(answer(value) + b"\n")


def rubbish(length):
    """Bytes that are not UTF-8 anywhere, the same in every run."""
    return bytes(random.Random("rubbish").randrange(0x80, 0x100) for _ in range(length))


FORGED_LINE = '{"level":30,"event":"forged"}'

MODES = {
    "one-byte": one_byte,
    "merged": merged,
    "no-newline": no_newline,
    "garbage": always(rubbish(200) + b"\n"),
    "not-json": always(b"alive, and yourself?\n"),
    "long-line": always(b"x" * HUGE_LINE_BYTES),
    "deep": always(b"[" * 4000 + b"\n"),
    "deep-after-answer": deep_after_answer,
    "wide": always(json.dumps({f"k{n}": 0 for n in range(300)}).encode() + b"\n"),
    "not-object-number": always(b"5\n"),
    "not-object-array": always(b"[]\n"),
    "not-object-string": always(b'"x"\n'),
    "not-object-null": always(b"null\n"),
    "reset-before": reset_before,
    "reset-in-the-middle": reset_in_the_middle,
    "reset-after": reset_after,
    "half-answer-then-hang": half_answer,
    "nan": nan_first,
    "hiccup": hiccup,
    "self-id": lambda visit: answer_with_id(visit.own_id)(visit),
    "id-null": answer_with_id(None),
    "id-number": answer_with_id(5),
    "id-object": answer_with_id({"id": "x"}),
    "id-empty": answer_with_id(""),
    "id-129-characters": answer_with_id("x" * 129),
    "id-10000-characters": answer_with_id("x" * 10_000),
    "id-control-characters": answer_with_id(f"\x1b[31mred\x1b[0m\r\n{FORGED_LINE}\n\x00\x07\u202eabc"),
    "id-proto": answer_with_id("__proto__"),
    "id-constructor": answer_with_id("constructor"),
}
