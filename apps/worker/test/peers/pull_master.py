"""A master of the class for workers that pull: it reads one line per connection, answers it and closes.

With --keep-open it answers line after line, and leaves the closing to the worker.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from blocking_tcp import listen, serve_for_ever  # noqa: E402
from class_master import Desk, add_arguments, answer_pull, hear  # noqa: E402
from reporting import announce, stop_when_told  # noqa: E402


def serve_with(desk, is_kept_open):
    def serve(conn, number):
        while (heard := hear(conn, number)) is not None:
            answer_pull(desk, conn, number, heard)
            if not is_kept_open:
                return

    return serve


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--keep-open", action="store_true", help="answer line after line on one connection")
    options = parser.parse_args()
    stop_when_told()
    listener = listen(options.host, options.port)
    announce(listener)
    serve_for_ever(listener, serve_with(Desk(options.task), options.keep_open))


if __name__ == "__main__":
    main()
