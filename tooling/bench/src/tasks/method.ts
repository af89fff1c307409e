import { SLOTS } from "./farm.ts";
import { IN_FLIGHT_MAX } from "./serve-producer.ts";
import { TASK_BYTES } from "./task-line.ts";

/** How the figures came about, for the readers of the tables. */
export const METHOD: readonly string[] = [
  `Tasks of ${TASK_BYTES} bytes, as a line of JSON, that do nothing but give back a number. A producer, a dispatcher (the ` +
    `master, or what stands in its place) and workers with ${SLOTS} slots each are processes of their own on loopback. Both ` +
    "contestants of a scenario run side by side and are measured in turn, round after round, in another order each time. " +
    "A figure is the median over the rounds with its least and greatest value; a ratio compares two figures of the same round.",
  "- **ours**: `apps/master` with its defaults (`--store memory` or `disk`), fed by one `POST /tasks:batch`, and `apps/worker` " +
    `with \`--slots ${SLOTS} --processes 1\` and a handler module of the bench, which runs like any handler: in a process of ` +
    "its own, its input and output checked against their schemas.\n" +
    "- **bare**: the same over plain `node:net`, in lines of JSON. It looks for the ids and for nothing else, validates " +
    "nothing, passes lines on as they are, once per chunk, and does a task where it reads it. Durable: a line for each task and each " +
    "result at the end of a file, and an `fdatasync` for all that came meanwhile, before tasks are accepted and before " +
    "results count. It cannot read that file again.",
  `As fast as they go: the producer keeps at most ${IN_FLIGHT_MAX.toLocaleString("en-US")} lines without an answer. tasks/s runs ` +
    "from the first line to the last end that is recorded, accepted/s to the last acceptance; what is accepted faster than it is " +
    "done waits in the backlog. At a rate: tasks come whether those before them have ended or not, and their time runs from the " +
    "moment at which one is sent to that at which its end is told (ours: by `/events`). CPU us/task is user and system time of " +
    "all processes and threads. After each round the producer asks for every result and checks it.",
];
