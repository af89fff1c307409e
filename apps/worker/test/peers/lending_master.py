"""Two masters of the class in one process: an owner, which lends every worker that asks it for work, and a borrower.

--style pull: both answer one line per connection; an order is the answer to ALIVE. --style push: both keep a worker's
connection, on the port itself, and say one thing at a time.

The owner sends each worker to the borrower the first time that it asks. The borrower has the tasks; when they are done, it
first tries to lend the worker on (--lend-on), then sends it home, with an address that is wrong. What comes to either is
reported with `at`: owner or borrower. The announced port is the owner's.
"""

import argparse
import sys
import threading

sys.dont_write_bytecode = True

from blocking_tcp import listen, send_object, serve_for_ever  # noqa: E402
from class_master import Desk, add_arguments, hear, is_alive, is_status  # noqa: E402
from reporting import announce, say, stop_when_told  # noqa: E402


class Owner:
    name = "owner"

    def __init__(self, borrower_port):
        self._borrower_port = borrower_port
        self._lent = set()

    def next_for(self, worker, number):
        if worker in self._lent:
            return None
        self._lent.add(worker)
        return order("REDIRECT", "SERVER_REDIRECT", "127.0.0.1", self._borrower_port)

    def take_result(self, heard, number):
        say("unexpected", at=self.name, line=heard.line)


class Borrower:
    name = "borrower"

    def __init__(self, desk, is_lending_on):
        self._desk = desk
        self._lends_on = is_lending_on

    def next_for(self, worker, number):
        task = self._desk.give(worker, number)
        if task is not None:
            return task
        if self._lends_on:
            self._lends_on = False
            return order("REDIRECT", "SERVER_REDIRECT", "127.0.0.1", 9)
        return order("RETURN", "SERVER_RETURN", "10.255.255.1", 1)

    def take_result(self, heard, number):
        self._desk.take_result(heard, number)


def order(task, key, ip, port):
    return {"TASK": task, key: {"ip": ip, "port": port}}


def alive(master, number, heard):
    worker = heard.message.get("WORKER_UUID")
    say("alive", at=master.name, conn=number, worker=worker, line=heard.line)
    return worker


def serve_pull(master):
    def serve(conn, number):
        heard = hear(conn, number)
        if heard is None:
            return
        if is_alive(heard):
            worker = alive(master, number, heard)
            send_object(conn, master.next_for(worker, number) or {"TASK": "NO_TASK"})
        elif is_status(heard):
            master.take_result(heard, number)
            send_object(conn, {"STATUS": "ACK"})
        else:
            say("unexpected", at=master.name, line=heard.line)

    return serve


def serve_push(master):
    def serve(conn, number):
        heard = hear(conn, number)
        if heard is None or not is_alive(heard):
            say("unexpected", at=master.name, line=heard and heard.line)
            return
        worker = alive(master, number, heard)
        while True:
            said = master.next_for(worker, number) or {"TASK": "KEEPALIVE"}
            send_object(conn, said)
            if said["TASK"] == "REDIRECT" and master.name == "borrower":
                # Whoever refuses an order says nothing to it.
                pause.wait(0.05)
                continue
            heard = hear(conn, number)
            if heard is None:
                say("gone", at=master.name, conn=number, worker=worker)
                return
            if is_status(heard):
                master.take_result(heard, number)
            elif heard.message.get("STATUS") == "PONG":
                say("pong", at=master.name, conn=number, worker=worker, line=heard.line)
                pause.wait(0.05)
            else:
                say("unexpected", at=master.name, line=heard.line)

    return serve


pause = threading.Event()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--style", choices=["pull", "push"], required=True)
    parser.add_argument("--lend-on", action="store_true")
    options = parser.parse_args()
    stop_when_told()
    serve = serve_pull if options.style == "pull" else serve_push
    borrowers = listen(options.host, 0)
    owners = listen(options.host, options.port)
    borrower = Borrower(Desk(options.task), options.lend_on)
    threading.Thread(target=serve_for_ever, args=(borrowers, serve(borrower)), daemon=True).start()
    announce(owners)
    serve_for_ever(owners, serve(Owner(borrowers.getsockname()[1])))


if __name__ == "__main__":
    main()
