"""A master of the class that lends and borrows workers, in the class's words alone.

It serves workers that pull on its port and workers that are pushed to on the port above, from a backlog of --task, and
answers heartbeats. What it lends is sent by the style of the worker: as the answer to its next ALIVE, to the port in its
ALIVE, or on its connection. It believes that whoever names somebody else in SERVER_UUID is borrowed.

With --borrow it asks --peer for so many workers until they are promised, and gives each guest back once all have done
--release-after tasks here. With --reclaim-after it wants its own back once it has been told so by a worker that left
that many seconds ago. The field's habits, each by --habit: see HABITS.

Reports: `asked`, `released`, `reclaimed` with what was answered; `request`, `release`, `completed` with the line of the
peer; `alive`, `given`, `result`, `went`, `home`, `guest`, `returned` for a worker.
"""

import argparse
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True

from blocking_tcp import listen, parse_address, parse_object, send_object, serve_for_ever  # noqa: E402
from careless_reader import read_first_line  # noqa: E402
from class_master import Desk, is_alive, is_status  # noqa: E402
from class_master import add_arguments, hear  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402

HABITS = {
    "wrong-return": "RETURN names an address where nobody is",
    "completed-on-arrival": "RELEASE_COMPLETED when the worker arrives at the borrower, never when it is home",
    "never-completed": "never says RELEASE_COMPLETED",
    "repeats-release": "says COMMAND_RELEASE every 300 ms for ever",
    "no-ack": "closes on COMMAND_RELEASE without an answer",
    "nulls": "AVAILABLE lists nulls and a worker that is long dead as well",
    "never-returns": "keeps its guests for ever",
    "legacy": "the older words, WORKERS_NEEDED and WORKER_RESPONSE",
    "half-closes": "has finished sending once it has said its line, and waits for the answer",
    "owner-returns": "as an owner that has acknowledged, tells the worker RETURN itself, with the borrower's address",
}

EXCHANGE_S = 5
LOOK_S = 0.1


class Worker:
    """One that has shown itself here. `way`: how orders reach it: an open connection, an address, or `None`."""

    def __init__(self, name):
        self.name = name
        self.style = "pull"
        self.way = None
        self.owner = None
        self.seen_at = 0.0
        self.sent_to = None
        self.sent_at = 0.0
        self.order_due = None
        self.tasks_done = 0
        self.is_leaving = False


class Master:
    def __init__(self, options, address):
        self.options = options
        self.host, self.port = address
        self.desk = Desk(options.task)
        self.workers = {}
        self.lock = threading.RLock()
        self.is_released = False

    def has(self, habit):
        return habit in self.options.habit

    # Lines of other masters.

    def answer_master(self, conn, heard):
        message = heard.message
        task, response = message.get("TASK"), message.get("RESPONSE")
        if task == "HEARTBEAT":
            send_object(conn, {"SERVER_UUID": self.options.id, "TASK": "HEARTBEAT", "RESPONSE": "ALIVE"})
        elif task in ("WORKER_REQUEST", "WORKERS_NEEDED"):
            say("request", line=heard.line)
            self.lend(conn, message)
        elif task == "COMMAND_RELEASE":
            say("release", line=heard.line)
            self.release_asked(conn, message)
        elif response == "RELEASE_COMPLETED":
            say("completed", line=heard.line)
        else:
            say("unexpected", line=heard.line)

    def lend(self, conn, message):
        info = message["REQUESTOR_INFO"]
        with self.lock:
            fresh = time.monotonic() - self.options.fresh
            free = [w for w in self.workers.values() if w.owner is None and w.sent_to is None and w.seen_at > fresh]
            free = free[: int(info.get("needed", 1))]
            for worker in free:
                worker.sent_to, worker.sent_at = (info["ip"], int(info["port"])), time.monotonic()
        listed = [worker.name for worker in free]
        if self.has("nulls"):
            listed = [None, "long-dead", *listed]
        if listed:
            send_object(conn, {"SERVER_UUID": self.options.id, "RESPONSE": "AVAILABLE", "WORKERS_UUID": listed})
        else:
            send_object(conn, {"SERVER_UUID": self.options.id, "RESPONSE": "UNAVAILABLE"})
        for worker in free:
            host, port = worker.sent_to
            self.deliver(worker, {"TASK": "REDIRECT", "SERVER_REDIRECT": {"ip": host, "port": port}})
            if self.has("completed-on-arrival"):
                threading.Timer(0.5, self.say_completed, ([worker.name],)).start()

    def release_asked(self, conn, message):
        if self.has("no-ack"):
            return
        names = message.get("WORKERS_UUID", [])
        send_object(conn, {"SERVER_UUID": self.options.id, "RESPONSE": "RELEASE_ACK", "WORKERS_UUID": names})
        for name in names:
            worker = self.workers.get(name)
            if worker is None:
                continue
            if worker.owner is not None:
                self.send_back(worker)
            elif self.has("owner-returns"):
                host, port = worker.sent_to
                self.deliver(worker, {"TASK": "RETURN", "SERVER_RETURN": {"ip": host, "port": port}})

    # Lines of workers.

    def meet(self, heard, number, way_of):
        """A worker says that it is here. Gives it, and whether it may be given a task."""
        message = heard.message
        name, owner = message.get("WORKER_UUID"), message.get("SERVER_UUID")
        say("alive", conn=number, worker=name, line=heard.line)
        with self.lock:
            worker = self.workers.setdefault(name, Worker(name))
            worker.style, worker.way = way_of(message)
            worker.seen_at = time.monotonic()
            if owner != worker.owner and owner is not None:
                say("guest", worker=name, owner=owner)
                worker.is_leaving, worker.order_due, worker.tasks_done = self.has("repeats-release") and worker.is_leaving, None, 0
            if owner is None and worker.owner is not None:
                worker.is_leaving = False
            worker.owner = owner
            is_back = worker.sent_to is not None and worker.order_due is None and self.has_left(worker)
            if is_back and owner is None:
                worker.sent_to = None
                say("home", worker=name)
        if is_back and owner is None and not self.has("never-completed") and not self.has("completed-on-arrival"):
            threading.Thread(target=self.say_completed, args=([name],), daemon=True).start()
        return worker

    def has_left(self, worker):
        """Whatever a worker said within a moment of its order, it may have said before it had it."""
        return worker.style == "push" or time.monotonic() - worker.sent_at > self.options.moment

    def may_work(self, worker):
        return worker.sent_to is None and not worker.is_leaving

    def answer_pull(self, conn, number, heard):
        def way_of(message):
            if "port" not in message:
                return "pull", None
            return "listening", (conn.getpeername()[0], int(message["port"]))

        worker = self.meet(heard, number, way_of)
        with self.lock:
            order, worker.order_due = worker.order_due, None
            if order is not None:
                worker.sent_at = time.monotonic() - self.options.moment
        if order is not None:
            self.told(worker, order)
        task = self.desk.give(worker.name, number) if order is None and self.may_work(worker) else None
        send_object(conn, order or task or {"TASK": "NO_TASK"})

    def serve(self, conn, number):
        heard = hear(conn, number)
        if heard is None:
            return
        if is_alive(heard):
            self.answer_pull(conn, number, heard)
        elif is_status(heard):
            self.take_result(heard, number)
            send_object(conn, {"STATUS": "ACK"})
        else:
            self.answer_master(conn, heard)

    def serve_push(self, conn, number):
        heard = hear(conn, number)
        if heard is None or not is_alive(heard):
            say("unexpected", conn=number, line=heard and heard.line)
            return
        worker = self.meet(heard, number, lambda _: ("push", conn))
        while True:
            with self.lock:
                order, worker.order_due = worker.order_due, None
            if order is not None:
                self.told(worker, order)
                send_object(conn, order)
            task = self.desk.give(worker.name, number) if order is None and self.may_work(worker) else None
            if task is not None:
                send_object(conn, task)
            elif order is None:
                time.sleep(LOOK_S)
                worker.seen_at = time.monotonic()
                continue
            heard = hear(conn, number)
            if heard is None:
                say("gone", worker=worker.name)
                return
            if is_status(heard) and "WORKER_UUID" in heard.message:
                self.take_result(heard, number)

    def take_result(self, heard, number):
        self.desk.take_result(heard, number)
        worker = self.workers.get(heard.message.get("WORKER_UUID"))
        if worker is not None:
            worker.tasks_done += 1

    # Orders.

    def deliver(self, worker, order):
        if worker.style != "listening":
            worker.order_due = order
            return
        with socket.create_connection(worker.way, timeout=EXCHANGE_S) as conn:
            send_object(conn, order)
        self.told(worker, order)

    def told(self, worker, order):
        say("ordered", worker=worker.name, order=order)

    def send_back(self, worker):
        host, port = parse_address(self.options.peer)
        if self.has("wrong-return"):
            host, port = "203.0.113.7", 9
        worker.is_leaving = True
        self.deliver(worker, {"TASK": "RETURN", "SERVER_RETURN": {"ip": host, "port": port}})

    # What it says to its peer.

    def exchange(self, event, message):
        try:
            source = (self.host, 0)
            with socket.create_connection(parse_address(self.options.peer), EXCHANGE_S, source_address=source) as conn:
                send_object(conn, message)
                if self.has("half-closes"):
                    conn.shutdown(socket.SHUT_WR)
                line = read_first_line(conn, 0) if event != "said-completed" else None
        except OSError as error:
            line = None
            say("unreachable", error=type(error).__name__)
        say(event, answer=line)
        return parse_object(line or "") or {}

    def say_completed(self, names):
        self.exchange(
            "said-completed",
            {"SERVER_UUID": self.options.id, "RESPONSE": "RELEASE_COMPLETED", "WORKERS_UUID": names},
        )

    def borrow(self):
        word = "WORKERS_NEEDED" if self.has("legacy") else "WORKER_REQUEST"
        info = {"ip": self.host, "port": self.port, "needed": self.options.borrow}
        while True:
            answer = self.exchange("asked", {"TASK": word, "REQUESTOR_INFO": info})
            if answer.get("RESPONSE") == "AVAILABLE" or answer.get("STATUS") == "ACK":
                break
            time.sleep(1)
        promised = answer.get("WORKERS_UUID") or answer.get("WORKERS")
        if self.has("never-returns"):
            return
        while not self.have_worked(promised):
            time.sleep(LOOK_S)
        self.give_back(promised)

    def have_worked(self, names):
        guests = [self.workers.get(name) for name in names]
        return all(g is not None and g.owner is not None and g.tasks_done >= self.options.release_after for g in guests)

    def give_back(self, names):
        message = {"SERVER_UUID": self.options.id, "TASK": "COMMAND_RELEASE", "WORKERS_UUID": names}
        for name in names:
            self.workers[name].is_leaving = True
        while self.exchange("released", message).get("RESPONSE") != "RELEASE_ACK":
            time.sleep(1)
        for name in names:
            self.send_back(self.workers[name])
        while self.has("repeats-release"):
            time.sleep(0.3)
            self.exchange("released", message)

    def reclaim(self):
        """Wants back whoever has been away for so long."""
        while True:
            time.sleep(LOOK_S)
            limit = time.monotonic() - self.options.reclaim_after
            names = [w.name for w in self.workers.values() if w.sent_to is not None and w.sent_at < limit]
            if names:
                info = {"ip": self.host, "port": self.port}
                order = {"SERVER_UUID": self.options.id, "TASK": "COMMAND_RELEASE", "WORKERS_UUID": names}
                self.exchange("reclaimed", {**order, "REQUESTOR_INFO": info})
                time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--id", default="SERVER_2", help="its SERVER_UUID")
    parser.add_argument("--peer", required=True, metavar="HOST:PORT", help="the other master")
    parser.add_argument("--borrow", type=int, default=0, metavar="N", help="workers that it asks for")
    parser.add_argument("--release-after", type=int, default=1, metavar="N", help="tasks of each guest")
    parser.add_argument("--reclaim-after", type=float, default=None, metavar="S")
    parser.add_argument("--fresh", type=float, default=5, metavar="S", help="how long a worker that is silent can be lent")
    parser.add_argument("--moment", type=float, default=1, metavar="S", help="how old the line of a poll may be")
    parser.add_argument("--habit", action="append", default=[], choices=HABITS)
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    host, port = listener.getsockname()[:2]
    pushed = listen(host, port + 1)
    master = Master(options, (host, port))
    threading.Thread(target=serve_for_ever, args=(pushed, master.serve_push), daemon=True).start()
    if options.borrow > 0:
        threading.Thread(target=master.borrow, daemon=True).start()
    if options.reclaim_after is not None:
        threading.Thread(target=master.reclaim, daemon=True).start()
    announce(listener)
    serve_for_ever(listener, master.serve)


if __name__ == "__main__":
    main()
