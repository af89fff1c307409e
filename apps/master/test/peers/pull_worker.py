"""A worker of the class that pulls: a new connection for each ALIVE and for each STATUS.

It waits for the master to close after its answer, and says so if the master does not. Reports: see class_worker.py.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from class_worker import add_arguments, execute, poll_for_task, report  # noqa: E402
from reporting import say, stop_when_told  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = parser.parse_args()
    stop_when_told()
    say("started", id=options.id)
    while True:
        task, number = poll_for_task(options)
        report(options, execute(options, task, number))


if __name__ == "__main__":
    main()
