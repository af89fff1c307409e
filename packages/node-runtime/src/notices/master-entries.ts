import { formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { storeErrors } from "@mutirao/task-store";
import type { Entries } from "./entry.ts";
import { isRoutine } from "./routine.ts";

const departures = {
  connection: "has lost its connection; its tasks wait for its return",
  away: "did not come back in time, and its tasks are given to others",
  silent: "has fallen silent, and its tasks are given to others",
} as const;

const remedies = {
  NORMAL: "",
  SATURATED: ": more workers would help",
  STALLED: ": start one with --master and this node's address",
} as const;

const waiting = (tasks: number): string => (tasks === 1 ? "1 task waits" : `${tasks} tasks wait`);
const farmOf = (workers: number): string => (workers === 1 ? "1 worker" : `${workers} workers`);

/** What a master tells. */
export const masterEntries: Entries<
  | "worker-joined"
  | "worker-gone"
  | "worker-refused"
  | "worker-id-shared"
  | "worker-renamed"
  | "attempt-failed"
  | "task-recorded"
  | "result-duplicate"
  | "result-unexpected"
  | "load-changed"
  | "store-refused"
  | "report-failed"
> = {
  "worker-joined"({ worker, style, remote, slots }) {
    const [id, from] = [printable(worker), formatEndpoint(remote)];
    const text = `worker ${id} has come from ${from} (${style}, ${slots} at once)`;
    return { level: "info", text, source: id, fields: { worker: id, from, style, slots } };
  },
  "worker-gone"({ worker, why, running }) {
    const id = printable(worker);
    const level = why === "connection" && running === 0 ? "info" : "warn";
    return { level, text: `worker ${id} ${departures[why]}`, source: id, fields: { worker: id, why, running } };
  },
  "worker-refused"({ worker, remote, why }) {
    const [id, from] = [printable(worker), formatEndpoint(remote)];
    const text = `worker ${id} from ${from} is not taken in: ${why}`;
    return { level: "warn", text, source: remote.host, fields: { worker: id, from, why } };
  },
  "worker-id-shared"({ worker, at }) {
    const id = printable(worker);
    const places = at.map(formatEndpoint);
    const text = `two live workers call themselves ${id}, at ${places.join(" and ")}: give each its own --id`;
    return { level: "warn", text, source: id, fields: { worker: id, at: places } };
  },
  "worker-renamed"({ worker, was }) {
    const [id, former] = [printable(worker), printable(was)];
    const text = `worker ${former} is called ${id} from now on: the other of that id is gone`;
    return { level: "info", text, source: id, fields: { worker: id, was: former } };
  },
  "attempt-failed"(notice) {
    const [task, worker] = [printable(notice.task), printable(notice.worker)];
    const [code, message] = [printable(notice.code), printable(notice.message)];
    const text = `attempt ${notice.attempt} at task ${task} by ${worker} failed: ${message} [${code}]`;
    return { level: "info", text, source: worker, fields: { task, attempt: notice.attempt, worker, code } };
  },
  "task-recorded"(notice) {
    const task = printable(notice.task);
    const { state, taskType: type } = notice;
    const level = isRoutine(notice) ? "debug" : "warn";
    const worker = notice.worker === undefined ? {} : { worker: printable(notice.worker) };
    return { level, text: `task ${task} is ${state}`, source: type, fields: { task, type, state, ...worker } };
  },
  "result-duplicate"(notice) {
    const [task, worker] = [printable(notice.task), printable(notice.worker)];
    const text = `a further result of task ${task}, from ${worker}, is not counted`;
    return { level: "info", text, source: worker, fields: { task, worker } };
  },
  "result-unexpected"(notice) {
    const worker = printable(notice.worker);
    const text = `a result from ${worker} is not counted: ${notice.why}`;
    return { level: "info", text, source: worker, fields: { worker, why: notice.why } };
  },
  "load-changed"({ from, to, causes, backlog, workers }) {
    const why = causes.length === 0 ? "" : ` (${causes.join(", ")})`;
    const text = `load ${from} -> ${to}${why}, ${waiting(backlog)} for ${farmOf(workers)}${remedies[to]}`;
    return {
      level: to === "NORMAL" ? "info" : "warn",
      text,
      source: "",
      fields: { from, to, causes, backlog, workers },
    };
  },
  "store-refused"({ code }) {
    return { level: "error", text: storeErrors[code], source: code, fields: { code } };
  },
  "report-failed"({ monitor, reason, failures }) {
    const at = formatEndpoint(monitor);
    const text = `the load report did not reach ${at} [${reason.code}]`;
    return { level: "info", text, source: at, fields: { monitor: at, code: reason.code, failures } };
  },
};
