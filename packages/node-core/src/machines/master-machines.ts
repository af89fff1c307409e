import { after, type InstantMs, type NodeId, type Prng } from "@mutirao/primitives";
import type { MasterOwnEffect } from "../master-effects.ts";
import type { MasterNodeOptions } from "../options/master-options.ts";
import type { LoadThresholds } from "../policies/load-state.ts";
import { type ArrivalRate, createArrivalRate } from "./arrival-rate.ts";
import { type Attempts, createAttempts } from "./attempts.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import { fitsClassLine } from "./class-query.ts";
import { type ClassWorkers, createClassWorkers } from "./class-workers.ts";
import { createConnNumbers } from "./conn-numbers.ts";
import { createDraining, type Draining } from "./draining.ts";
import { createFarm, type Farm } from "./farm.ts";
import { type Conversation, createConversation } from "./lending/conversation.ts";
import { createLending, type Lending } from "./lending/lending.ts";
import type { LiveTask } from "./live-task.ts";
import { createLoad, type Load } from "./load.ts";
import { createLoadReports, type LoadReports } from "./load-reports.ts";
import { createOutbox, type MasterOutbox } from "./outbox.ts";
import { createPulse, type Pulse } from "./pulse.ts";
import { createServiceTime } from "./service-time.ts";
import { createSessionTalk, type SessionTalk } from "./session-talk.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createTaskLedger, type TaskLedger } from "./task-ledger.ts";
import { createWallClock, type WallClock } from "./wall-clock.ts";

/** The machines of a master, each with what it needs of the others. */
export interface MasterMachines {
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly pulse: Pulse;
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly ledger: TaskLedger;
  readonly attempts: Attempts;
  readonly talk: SessionTalk;
  readonly sessions: Sessions;
  readonly classWorkers: ClassWorkers;
  readonly arrivals: ArrivalRate;
  readonly load: Load;
  readonly lending: Lending;
  readonly conversation: Conversation;
  readonly draining: Draining;
  readonly reports: LoadReports;
}

export function createMasterMachines(selfId: NodeId, options: MasterNodeOptions, prng: Prng): MasterMachines {
  const outbox = createOutbox<MasterOwnEffect>();
  const conversation = createConversation(outbox);
  const clock = createWallClock();
  const conns = createConnNumbers();
  const farm = createFarm(options, { outbox, isLent: (id) => lending.isLent(id) });
  const backlog = createBacklog(fitsClassLine);
  const ledger: TaskLedger = createTaskLedger(options, {
    outbox,
    clock,
    onReady: (task, now) => ready(machines, options, task, now),
  });
  const talk = createSessionTalk(outbox);
  const serviceTime = createServiceTime();
  const arrivals = createArrivalRate(() => serviceTime.measuredMs ?? 0);
  const attempts: Attempts = createAttempts(options, {
    outbox,
    clock,
    ledger,
    backlog,
    farm,
    prng: prng.fork("attempts"),
    onBegun: (waitMs) => reports.onBegun(waitMs),
    onServed(serviceMs) {
      serviceTime.onServed(serviceMs);
      reports.onServed();
    },
    tellToStop: ({ worker, task, number }) => talk.cancel(worker, { task: task.order.id, attempt: number }),
  });
  const lending: Lending = createLending(
    { ...options, selfId },
    {
      outbox,
      conversation,
      clock,
      conns,
      farm,
      backlog,
      attempts,
      arrivals,
      serviceTime,
      prng: prng.fork("lending"),
      isAlive: (address) => pulse.registry.statusAt(address) === "ALIVE",
      loadState: () => load.state,
      keep: ledger.lease,
      isStoreDown: () => ledger.isDown,
    },
  );
  const pulse = createPulse(selfId, options, prng, conns, lending.talk);
  const measures = { serviceTime, arrivals };
  const load = createLoad(thresholdsOf(options), { backlog, farm, attempts, outbox, clock, ...measures });
  const peers = () => pulse.registry.entries();
  const reports: LoadReports = createLoadReports(
    { ...options, selfId },
    { outbox, clock, conns, farm, backlog, attempts, load, lending, peers, prng: prng.fork("reports") },
  );
  const sessions = createSessions({ ...options, selfId }, { outbox, farm, ledger, attempts, talk, lending });
  const classWorkers = createClassWorkers({ ...options, selfId }, { outbox, farm, attempts, backlog, lending });
  const machines: MasterMachines = {
    outbox,
    clock,
    pulse,
    farm,
    backlog,
    ledger,
    attempts,
    talk,
    sessions,
    classWorkers,
    arrivals,
    load,
    lending,
    conversation,
    draining: createDraining({ outbox, ledger, lending }),
    reports,
  };
  return machines;
}

/** A task may be given out; but not before its former worker had the time to come back with it. */
function ready(
  { ledger, backlog }: MasterMachines,
  { graceMs }: MasterNodeOptions,
  task: LiveTask,
  now: InstantMs,
): void {
  if (task.cancelRequests.length > 0) ledger.end(task, { state: "cancelled" }, now);
  else if (task.formerWorker !== undefined) backlog.delay(task, after(now, graceMs));
  else backlog.add(task, task.queuedAt);
}

function thresholdsOf({ backlogHigh, backlogLow, waitHighMs, waitLowMs, graceMs }: MasterNodeOptions): LoadThresholds {
  return {
    backlog: { high: backlogHigh, low: backlogLow },
    waitMs: waitHighMs === undefined || waitLowMs === undefined ? undefined : { high: waitHighMs, low: waitLowMs },
    stalledAfterMs: graceMs,
  };
}
