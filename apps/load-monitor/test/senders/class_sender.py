"""Masters of other teams that send load reports, each in its own way of placing and spelling things.

Says `{"event": "sent", "style": ...}` for each report, and ends.
"""

import argparse
import datetime
import json
import socket
import uuid

from blocking_tcp import parse_address
from reporting import say

SYSTEM = {
    "uptime_seconds": 3600,
    "load_average_1m": 0.5,
    "load_average_5m": 0.25,
    "cpu": {"usage_percent": 12.5, "count_logical": 8, "count_physical": 4},
    "memory": {"total_mb": 16000, "available_mb": 8000, "percent_used": 50.0, "memory_used": 8000},
    "disk": {"total_gb": 500, "free_gb": 125, "percent_used": 75.0},
}


def now():
    """As Python's own isoformat spells it: without an offset."""
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None).isoformat()


def parts(received, limit):
    farm = {
        "workers": {
            "total_registered": 5,
            "workers_utilization": 0.5,
            "workers_alive": 4,
            "workers_idle": 2,
            "workers_borrowed": 1,
            received: 2,
            "workers_failed": 1,
        },
        "tasks": {"tasks_pending": 7, "tasks_running": 2},
    }
    neighbors = [
        {"server_uuid": "SERVER_2", "status": "available", "last_heartbeat": now()},
        {"server_uuid": "SERVER_3", "status": "unavailable", "last_heartbeat": None},
    ]
    return {"farm_state": farm, "config_thresholds": {limit: 6}, "neighbors": neighbors}


def report(style, name):
    """`under`: everything under performance; `root`: everything beside it; `mixed`: some of each."""
    head = {"server_uuid": name, "task": "performance_report", "timestamp": now()}
    if style == "under":
        return {**head, "mensage_id": str(uuid.uuid4()), "performance": {"system": SYSTEM, **parts("workers_recieved", "max_task")}}
    if style == "root":
        return {**head, "message_id": str(uuid.uuid4()), "performance": {"system": SYSTEM}, **parts("workers_received", "max_queue")}
    some = parts("workers_recieved", "max_task")
    under = {"system": SYSTEM, "farm_state": some.pop("farm_state")}
    return {**head, "mensage_id": str(uuid.uuid4()), "performance": under, **some}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--monitor", required=True)
    options = arguments.parse_args()
    address = parse_address(options.monitor)
    for style in ("under", "root", "mixed"):
        for ending in (b"\n", b""):
            name = f"{style}-{'line' if ending else 'bare'}"
            with socket.create_connection(address) as conn:
                conn.sendall(json.dumps(report(style, name)).encode() + ending)
            say("sent", style=name)
    with socket.create_connection(address) as conn:
        for count in range(3):
            conn.sendall(json.dumps(report("under", f"many-{count}")).encode() + b"\n")
    say("sent", style="many")


main()
