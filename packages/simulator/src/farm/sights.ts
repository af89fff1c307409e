import type { Answer, Notice } from "@mutirao/node-core";
import { link, observer, sense, target } from "../calm.ts";
import { type Counters, createCounters } from "../counters.ts";
import { clockOf, diskOf, foreignerOf } from "./disturbances.ts";
import { farmFaultNames } from "./faults/table.ts";
import { mannerNames } from "./foreign/manners.ts";
import type { FarmPlan } from "./plan.ts";
import type { FarmChecker, FarmWorld, MasterLife, MasterObservation } from "./world.ts";

const wireSights = ["swallowed", "cut-in-mid-line", "stalled", "gave-up", "merged", "cut-in-chunks"];

/** Notices by kind, and by what tells the cases of one kind apart. */
const notices = [
  "worker-joined session",
  "worker-joined pull",
  "worker-joined pull-with-port",
  "worker-joined push",
  "worker-gone connection",
  "worker-gone away",
  "worker-gone silent",
  "worker-refused",
  "worker-id-shared",
  "worker-renamed",
  "attempt-failed ERR_WORKER_LOST",
  "attempt-failed ERR_WORKER_SILENT",
  "attempt-failed by the handler",
  "task-recorded done",
  "task-recorded failed",
  "task-recorded cancelled",
  "task-recorded dead",
  "result-duplicate",
  "result-unexpected",
  "load-changed NORMAL",
  "load-changed SATURATED",
  "load-changed STALLED",
  "store-refused ERR_STORE_FULL",
  "store-refused ERR_STORE_FAILED",
  "stalled",
  "line-refused",
  "peer-transitioned",
  "worker-connected session",
  "worker-connected pull",
  "worker-disconnected",
  "task-started",
  "task-ended",
  "worker-left",
];

const answers = [
  "accepted",
  "accepted before",
  "ERR_BACKLOG_FULL",
  "ERR_STORE_FULL_NOW",
  "ERR_STORE_DOWN",
  "cancelled",
  "retried",
  "ERR_TASK_UNKNOWN",
  "ERR_TASK_ENDED",
  "ERR_TASK_NOT_ENDED",
  "ERR_TASK_DONE",
];

const paths = {
  "path result acknowledged in a session": "a worker of ours was told that its result is kept",
  "path result acknowledged in the class's words": "a class worker was told so",
  "path result acknowledged late": "a result of a task that had ended was acknowledged",
  "path stray result counted": "a result of an attempt that was given up was the first, and counted",
  "path adopted after a restart": "a worker kept what it ran while its master was started again",
  "path adopted": "a worker that came back kept what had been taken from it",
  "path given back by resync": "what a returned worker neither held nor reported was given to another",
  "path handed back": "a worker handed a task back at no cost",
  "path visibility over": "a class worker did not answer in time",
  "path result refused by the connection rule": "a class worker's result came on a connection older than its task",
  "path class result on an older connection": "a class worker reported on a connection older than its task",
  "path worker killed by its task": "a handler took its worker down",
  "path ended tasks forgotten": "the store forgot ended tasks",
  "path disk full and well again": "a disk that had refused writes took one",
  "path peers kept their pulse": "a master answered a neighbour's beat",
} as const;

export type FarmPath = keyof typeof paths;

const circumstances = {
  "drawn several masters": ({ masters }) => masters.length > 1,
  "drawn no worker of ours": ({ workers }) => workers.length === 0,
  "drawn twins": ({ workers }) => new Set(workers.map(({ id }) => id)).size < workers.length,
  "drawn worker on its master's machine": ({ masters, workers }) =>
    workers.some(({ machine }) => masters.some((master) => master.machine === machine)),
  "drawn clock drift": ({ masters, workers }) => [...masters, ...workers].some(({ clock }) => clock.rate !== 1),
  "drawn few places for workers": ({ masters }) => masters.some(({ options }) => options.workersMax < 100),
  "drawn no faults": ({ faults }) => faults.length === 0,
  "drawn bursts": ({ masters }) => masters.some(({ workload }) => workload.rhythm === "bursts"),
  "drawn heavy tails": ({ masters }) => masters.some(({ workload }) => workload.isHeavyTailed),
} satisfies Record<string, (plan: FarmPlan) => boolean>;

export function createFarmCounters(): Counters {
  return createCounters([
    ...farmFaultNames.flatMap((name) => [`fault ${name} fired`, `fault ${name} recovered`]),
    ...mannerNames.map((manner) => `manner ${manner}`),
    ...Object.keys(circumstances),
    ...wireSights.map((sight) => `wire ${sight}`),
    ...notices.map((notice) => `notice ${notice}`),
    ...answers.map((answer) => `answer ${answer}`),
    ...Object.keys(paths),
  ]);
}

export function countFarmPlan(plan: FarmPlan, counters: Counters): void {
  for (const [name, holds] of Object.entries(circumstances)) if (holds(plan)) counters.count(name);
  for (const { manners } of plan.foreigners) for (const manner of manners) counters.count(`manner ${manner}`);
}

/** Not a checker, but it watches like one: it counts what it sees. */
export function createFarmSeer(world: FarmWorld): FarmChecker {
  const { counters } = world;
  const count = (path: FarmPath): void => counters.count(path);
  /** Masters whose disk has refused a write. */
  const refused = new WeakSet<MasterLife>();

  const seeResults = ({ news, event }: MasterObservation): void => {
    for (const { how, isOk, worker, code } of news.results) {
      if (how === "stray" && isOk) count("path stray result counted");
      if (how === "late") count("path result acknowledged late");
      if (how === "unexpected" && (worker?.assigned.size ?? 0) > 0) count("path result refused by the connection rule");
      if (how === "open" && code === "ERR_TASK_ABORTED") count("path handed back");
    }
    const isResync =
      event.type === "message-received" && event.message.kind === "result-batch" && event.message.isResynced;
    if (isResync && news.givenBack.length > 0) count("path given back by resync");
    for (const { code, assignment } of news.lost) {
      if (code === "ERR_WORKER_SILENT" && assignment.worker.style !== "session") count("path visibility over");
    }
  };

  const seeAdopted = ({ life, news }: MasterObservation): void => {
    for (const { task } of news.adopted) {
      count("path adopted");
      if (life.book.isRecovered(task)) count("path adopted after a restart");
    }
  };

  const seeRecovery = (life: MasterLife, worker: string | undefined): void => {
    const workers = world.workers.flatMap(({ life: other }) =>
      other?.id === worker && other !== undefined ? [other] : [],
    );
    const numbers = [life.number, ...workers.map(({ number }) => number)];
    const machines = [...workers, ...world.foreigners.filter(({ plan }) => plan.id === worker)].map(
      ({ machine }) => machine,
    );
    const all = [
      ...numbers.flatMap((number) => [target(number), observer(number), sense(number)]),
      ...machines.map(({ index }) => link(index, life.machine.index)),
      diskOf(life.slot.index),
      clockOf(life.slot.index),
      ...(worker === undefined ? [] : [foreignerOf(worker)]),
    ];
    for (const what of all) {
      const fault = world.calm.recovered(what);
      if (fault !== undefined) counters.count(`fault ${fault} recovered`);
    }
  };

  return {
    master(observation) {
      const { life, event, effects } = observation;
      seeResults(observation);
      seeAdopted(observation);
      if (event.type === "store-refused") refused.add(life);
      if (event.type === "store-committed" && refused.delete(life)) count("path disk full and well again");
      for (const effect of effects) {
        if (effect.type === "notify") {
          countNotice(counters, effect.notice);
          if (effect.notice.kind === "task-recorded") seeRecovery(life, effect.notice.worker);
        } else if (effect.type === "answer") countAnswer(counters, effect.answer);
        else if (effect.type === "send") {
          const { kind } = effect.message;
          if (kind === "result-acks") count("path result acknowledged in a session");
          if (kind === "status-ack") count("path result acknowledged in the class's words");
          if (
            kind === "heartbeat-reply" &&
            event.type === "message-received" &&
            event.message.kind === "heartbeat-request"
          )
            count("path peers kept their pulse");
        }
      }
    },
    worker({ effects }) {
      for (const effect of effects) if (effect.type === "notify") countNotice(counters, effect.notice);
    },
  };
}

function countNotice(counters: Counters, notice: Notice): void {
  const name = `notice ${nameOf(notice)}`;
  if (declared.has(name)) counters.count(name);
}

const declared: ReadonlySet<string> = new Set(notices.map((notice) => `notice ${notice}`));

function nameOf(notice: Notice): string {
  switch (notice.kind) {
    case "worker-joined":
      return `worker-joined ${notice.style}`;
    case "worker-gone":
      return `worker-gone ${notice.why}`;
    case "attempt-failed":
      return `attempt-failed ${notice.code === "ERR_WORKER_LOST" || notice.code === "ERR_WORKER_SILENT" ? notice.code : "by the handler"}`;
    case "task-recorded":
      return `task-recorded ${notice.state}`;
    case "load-changed":
      return `load-changed ${notice.to}`;
    case "store-refused":
      return `store-refused ${notice.code}`;
    case "worker-connected":
      return `worker-connected ${notice.talk}`;
    default:
      return notice.kind;
  }
}

function countAnswer(counters: Counters, answer: Answer): void {
  switch (answer.kind) {
    case "submitted":
      for (const draft of answer.drafts) {
        if (draft.isAccepted) counters.count(`answer ${draft.isDuplicate ? "accepted before" : "accepted"}`);
        else counters.count(`answer ${draft.refusal.code}`);
      }
      break;
    case "refused":
      counters.count(`answer ${answer.refusal.code}`);
      break;
    default:
      counters.count(`answer ${answer.kind}`);
  }
}
