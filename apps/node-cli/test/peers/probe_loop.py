"""The client half of a foreign peer: it probes its peers one after the other and prints what it knows, per interval."""

import threading
import time

from blocking_tcp import parse_address
from reporting import print_line, say


def add_arguments(parser):
    """The flags that every peer shares with the node of the brief."""
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--peer", action="append", default=[], help="host:port to probe; may be repeated")
    parser.add_argument("--interval", type=float, default=2.0, help="seconds between two rounds")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds of silence until a peer is TIMEOUT")


def start_probing(options, own_id, probe):
    """Probes `options.peer` for ever, in a thread of its own.

    `probe(address)` is one heartbeat in the peer's own dialect: it returns the id that the other side gave (or the
    address, where the dialect has none), and `None` or an `OSError` if there was no answer.
    """
    addresses = [parse_address(text) for text in options.peer]
    if addresses:
        threading.Thread(target=_probe_for_ever, args=(options, own_id, addresses, probe), daemon=True).start()


def _probe_for_ever(options, own_id, addresses, probe):
    registry = {}
    while True:
        for address in addresses:
            _probe_once(registry, address, probe)
        _mark_silent(registry, options.timeout)
        if registry:
            print_line(f"[{own_id[:8]}] registry: {registry}")
        time.sleep(options.interval)


def _probe_once(registry, address, probe):
    try:
        peer_id = probe(address)
    except OSError as error:
        say("probe-failed", peer=list(address), error=type(error).__name__)
        return
    if peer_id is None:
        say("probe-failed", peer=list(address), error="no answer")
        return
    host, port = address
    registry[peer_id] = {
        "server_id": peer_id,
        "host": host,
        "port": port,
        "last_seen": int(time.time()),
        "status": "ALIVE",
    }


def _mark_silent(registry, timeout):
    for peer_id, entry in registry.items():
        is_silent = time.time() - entry["last_seen"] > timeout
        if is_silent and entry["status"] == "ALIVE":
            entry["status"] = "TIMEOUT"
            say("timeout", peer=peer_id)
