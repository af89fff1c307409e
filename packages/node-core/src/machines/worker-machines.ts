import { type DurationMs, durationMs, type InstantMs, type NodeId, type Prng } from "@mutirao/primitives";
import type { WorkerNodeOptions } from "../options/worker-options.ts";
import { stallLimitMs } from "../policies/stall.ts";
import type { WorkerOwnEffect } from "../worker-events.ts";
import { type Conduct, createConduct } from "./conduct.ts";
import { createOutbox, type WorkerOutbox } from "./outbox.ts";
import { createStallWatch, type StallWatch } from "./stall-watch.ts";
import { createWorkerAllegiance, type WorkerAllegiance } from "./worker-allegiance.ts";
import { createWorkerDebts, type WorkerDebts } from "./worker-debts.ts";
import { createWorkerLeaving, type WorkerLeaving } from "./worker-leaving.ts";
import { createWorkerLink, type WorkerLink } from "./worker-link.ts";
import { createWorkerMoving, type WorkerMoving } from "./worker-moving.ts";
import { createWorkerPresence, type WorkerPresence } from "./worker-presence.ts";
import { createWorkerProgress } from "./worker-progress.ts";
import { createWorkerPull, type WorkerPull } from "./worker-pull.ts";
import { createWorkerPush, type WorkerPush } from "./worker-push.ts";
import { createWorkerReach, type WorkerReach } from "./worker-reach.ts";
import { createWorkerRuns, type WorkerRuns } from "./worker-runs.ts";
import { createWorkerSession, type WorkerSession } from "./worker-session.ts";

/** What a worker is made of. */
export interface WorkerMachines {
  readonly selfId: NodeId;
  readonly options: WorkerNodeOptions;
  readonly outbox: WorkerOutbox;
  readonly link: WorkerLink;
  readonly presence: WorkerPresence;
  readonly allegiance: WorkerAllegiance;
  readonly moving: WorkerMoving;
  readonly reach: WorkerReach;
  readonly runs: WorkerRuns;
  readonly debts: WorkerDebts;
  readonly session: WorkerSession;
  readonly pull: WorkerPull;
  readonly push: WorkerPush;
  readonly leaving: WorkerLeaving;
  /** Asks for the next task after a while, if the worker stays that long. */
  readonly poll: (wait: DurationMs, now: InstantMs) => void;
  readonly conduct: Conduct;
  stalls: StallWatch;
  /** ALIVE was said on this connection, and how the master talks is not known yet: until when its answer may take. */
  answerBy: InstantMs | undefined;
  hasLeft: boolean;
  handledAt: InstantMs;
}

export function createWorkerMachines(selfId: NodeId, options: WorkerNodeOptions, prng: Prng): WorkerMachines {
  const { master: home, reportMs, foreignLeaseMs } = options;
  const outbox = createOutbox<WorkerOwnEffect>();
  const link = createWorkerLink(home, options.backOffMaxMs, prng.fork("reconnect"), outbox);
  const presence = createWorkerPresence(home, outbox);
  const [moving, reach] = [createWorkerMoving(), createWorkerReach()];
  const allegiance = createWorkerAllegiance({ selfId, home, foreignLeaseMs }, { outbox, moving, reach });
  const runs = createWorkerRuns(outbox);
  const debts = createWorkerDebts({ key: allegiance.key, at: home }, reportMs, outbox);
  const leaving = createWorkerLeaving();
  const wantsMore = (): boolean => leaving.mode === "staying" && !moving.isUnderWay;
  const tools = { outbox, link, presence, allegiance, runs, progress: createWorkerProgress(), wantsMore };
  const session = createWorkerSession(selfId, options, debts.results, tools);
  const polls = prng.fork("polls");
  const poll = (wait: DurationMs, now: InstantMs): void => {
    // Workers that were told NO_TASK together must not ask together for ever.
    const jittered = durationMs(wait * (0.8 + 0.2 * polls.next()));
    link.rest(wantsMore() ? jittered : undefined, now);
  };
  return {
    ...{ selfId, options, outbox, link, presence, allegiance, moving, reach, runs, debts, session, leaving, poll },
    pull: createWorkerPull(selfId, options, { outbox, link, runs, poll }),
    push: createWorkerPush(selfId, options, tools),
    conduct: createConduct(options),
    stalls: stallWatchOf(session),
    answerBy: undefined,
    hasLeft: false,
    handledAt: 0 as InstantMs,
  };
}

export const stallWatchOf = ({ intervalMs, timeoutMs }: WorkerSession): StallWatch =>
  createStallWatch(stallLimitMs(intervalMs, timeoutMs));

/** Results, as far as there are any, that the master which is served now has not acknowledged. */
export const owedHere = ({ debts, pull, push }: WorkerMachines): number =>
  debts.results.size + (pull.phase === "reporting" ? 1 : 0) + push.unreported;

/** The master may be giving us a task at this moment. */
export const isMisunderstood = ({ answerBy, session }: WorkerMachines): boolean =>
  answerBy !== undefined || (session.isUp && !session.isUnderstood);
