"""Every way in which a rude client treats a node: one function per kind of attack.

Each attack gets a fresh connection, and returns the lines that it was answered. How the connection ended is found out
afterwards: `fin` or `reset` by the node, or `open` if the node let it live until we lost patience.
"""

import json
import socket
import threading

from blocking_tcp import LINE_MAX_BYTES, read_line, reset_on_close
from reporting import say
from rude_answers import HUGE_LINE_BYTES, rubbish

PATIENCE_S = 3
FLOOD_MAX_BYTES = 64 * 1024 * 1024
REQUEST = json.dumps({"TASK": "HEARTBEAT"}).encode()


def send(data):
    def act(conn):
        conn.sendall(data)

    return act


def byte_by_byte(data):
    def act(conn):
        for byte in data:
            conn.sendall(bytes([byte]))

    return act


def then_half_close(data):
    def act(conn):
        conn.sendall(data)
        conn.shutdown(socket.SHUT_WR)

    return act


def then_reset(data):
    def act(conn):
        conn.sendall(data)
        reset_on_close(conn)
        conn.close()

    return act


def flood_without_reading(conn):
    """Asks without ever reading an answer, until the node stops taking more."""
    batch = (REQUEST + b"\n") * 1000
    sent = 0
    try:
        while sent < FLOOD_MAX_BYTES:
            sent += conn.send(batch)
        say("flooded", bytes=sent)
    except TimeoutError:
        say("blocked", bytes=sent)
    reset_on_close(conn)
    conn.close()


TLS_CLIENT_HELLO = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + rubbish(40)

# The last three are heartbeats, only oddly cut, and must be answered; the others must be survived.
ATTACKS = {
    "garbage": send(rubbish(200) + b"\n"),
    "garbage-without-end": send(rubbish(4000)),
    "not-json": then_half_close(b"are you alive?\n"),
    "not-object": send(b"5\n"),
    "long-line": send(b"x" * HUGE_LINE_BYTES),
    "deep": send(b"[" * 4000 + b"\n"),
    "deep-unclosed": send(b'{"a":' * 1600 + b"\n"),
    "wide": send(json.dumps({f"k{n}": 0 for n in range(300)}).encode() + b"\n"),
    "http": then_half_close(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    "tls": then_half_close(TLS_CLIENT_HELLO),
    "zeroes": then_half_close(bytes(1000) + b"\n"),
    "fields-of-wrong-types": then_half_close(b'{"TASK":["HEARTBEAT"],"SERVER_UUID":{}}\n{"TASK":null}\n{"TASK":5}\n'),
    "prototype": then_half_close(b'{"__proto__":{"TASK":"HEARTBEAT"},"constructor":1}\n'),
    "unknown-task": then_half_close(b'{"TASK":"GOSSIP"}\n{}\n'),
    "answer-without-request": then_half_close(b'{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"intruder"}\n'),
    "nothing-then-fin": then_half_close(b""),
    "nothing-then-reset": then_reset(b""),
    "half-a-line-then-fin": then_half_close(REQUEST[:10]),
    "half-a-line-then-reset": then_reset(REQUEST[:10]),
    "request-then-reset": then_reset(REQUEST + b"\n"),
    "flood-without-reading": flood_without_reading,
    "request-byte-by-byte": byte_by_byte(REQUEST + b"\n"),
    "two-requests-in-one-segment": then_half_close(b"\r\n" + REQUEST + b"\r\n\n" + REQUEST + b"\n"),
    "request-without-newline": then_half_close(REQUEST),
}


def attack(address, source, times, kinds):
    """Attacks in all these ways at once, each on this many connections, and reports each connection and the end."""
    threads = [
        threading.Thread(target=_attack_once, args=(address, source, kind)) for _ in range(times) for kind in kinds
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say("attack-over", connections=len(threads))


def _attack_once(address, source, kind):
    """One attack on one connection, with a report of what came back and how it ended."""
    answers = []
    try:
        local = None if source is None else (source, 0)
        with socket.create_connection(address, timeout=PATIENCE_S, source_address=local) as conn:
            ended = _misbehave(conn, kind, answers)
    except OSError as error:
        ended = f"not connected: {type(error).__name__}"
    say("attack", kind=kind, ended=ended, answers=answers)


def _misbehave(conn, kind, answers):
    try:
        ATTACKS[kind](conn)
        if conn.fileno() == -1:
            return "by us"
        stream = conn.makefile("rb")
        while (line := read_line(stream)) is not None:
            answers.append(line[:LINE_MAX_BYTES])
        return "fin"
    except TimeoutError:
        return "open"
    except OSError:
        return "reset"
