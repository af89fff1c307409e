"""The server side of the node that the brief describes, and nothing more.

One connection per heartbeat, blocking sockets, a thread per connection: it reads one line, answers a HEARTBEAT, and
closes. It prints its port on stdout. Each line on stdin is answered with the CPU seconds used so far; the end of stdin
ends it.
"""

import json
import os
import socket
import sys
import threading
import time
import uuid

LINE_MAX_BYTES = 64 * 1024
OWN_ID = str(uuid.uuid4())


def read_line(conn):
    data = b""
    while b"\n" not in data and len(data) < LINE_MAX_BYTES:
        chunk = conn.recv(4096)
        if not chunk:
            break
        data += chunk
    return data.partition(b"\n")[0]


def serve(conn):
    with conn:
        try:
            message = json.loads(read_line(conn))
            if isinstance(message, dict) and message.get("TASK") == "HEARTBEAT":
                answer = {"TASK": "HEARTBEAT", "RESPONSE": "ALIVE", "SERVER_ID": OWN_ID}
                conn.sendall(json.dumps(answer).encode() + b"\n")
        except (OSError, ValueError):
            pass


def accept_for_ever(listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


def main():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    threading.Thread(target=accept_for_ever, args=(listener,), daemon=True).start()
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"cpu_s": time.process_time()}), flush=True)
    # Threads that wait in accept or recv would hold up an orderly exit.
    os._exit(0)


if __name__ == "__main__":
    main()
