import { after, type InstantMs } from "@mutirao/primitives";
import type { DrainMaster } from "../master-events.ts";
import type { Lending } from "./lending/lending.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { TaskLedger } from "./task-ledger.ts";

/**
 * A master that is to end: it takes nothing new, sends the workers of others home, and says when nothing is left to
 * wait for. What it has accepted is durable, so nothing is lost if it ends before.
 */
export interface Draining {
  begin(event: DrainMaster, now: InstantMs): void;
  /** Says whether it is over. To be called after every event. */
  evaluate(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface DrainingTools {
  readonly outbox: MasterOutbox;
  readonly ledger: TaskLedger;
  readonly lending: Lending;
}

interface Wait {
  readonly event: DrainMaster;
  readonly endsAt: InstantMs;
}

/** Who asked for the end is answered; more than a few need not be told. */
const WAITS_MAX = 16;

export function createDraining({ outbox, ledger, lending }: DrainingTools): Draining {
  let waits: readonly Wait[] = [];

  const answer = ({ event }: Wait, isComplete: boolean): void =>
    outbox.emit({ type: "answer", request: event.request, answer: { kind: "drained", isComplete } });
  const isOver = ({ event }: Wait): boolean =>
    lending.isClear && (event.until === "guests" || (ledger.live.size === 0 && lending.isHome));

  return {
    begin(event, now) {
      ledger.close();
      lending.drain(event.until === "tasks", now);
      const wait = { event, endsAt: after(now, event.forMs) };
      if (waits.length >= WAITS_MAX) answer(wait, false);
      else waits = [...waits, wait];
    },
    evaluate(now) {
      if (waits.length === 0) return;
      const left: Wait[] = [];
      for (const wait of waits) {
        const isComplete = isOver(wait);
        if (isComplete || wait.endsAt <= now) answer(wait, isComplete);
        else left.push(wait);
      }
      waits = left;
    },
    nextDeadline: () =>
      waits.reduce<InstantMs | undefined>(
        (first, { endsAt }) => (first === undefined || endsAt < first ? endsAt : first),
        undefined,
      ),
  };
}
