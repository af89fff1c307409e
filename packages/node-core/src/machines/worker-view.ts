import { durationMs, elapsed } from "@mutirao/primitives";
import type { WorkerStatusView } from "../worker-views.ts";
import { owedHere, type WorkerMachines } from "./worker-machines.ts";

export function viewOfWorker(state: WorkerMachines): WorkerStatusView {
  const { presence, leaving, runs, allegiance, debts, push, options, handledAt } = state;
  const { leaseEndsAt } = allegiance;
  return {
    phase: phaseOf(state),
    isLeaving: leaving.mode !== "staying",
    master: presence.master,
    talk: presence.talk,
    running: runs.occupied,
    unacknowledged: owedHere(state) + push.unbegun + debts.elsewhere,
    home: options.master,
    isAway: allegiance.isAway,
    owner: allegiance.owner,
    epoch: allegiance.epoch,
    leaseLeftMs: leaseEndsAt === undefined ? undefined : durationMs(Math.max(0, elapsed(handledAt, leaseEndsAt))),
    redirectsRefused: allegiance.refused,
  };
}

/** Between two questions for work there is no connection, and yet the master is there. */
function phaseOf({ hasLeft, presence, link }: WorkerMachines): WorkerStatusView["phase"] {
  if (hasLeft) return "left";
  if (presence.talk !== undefined) return "connected";
  if (link.phase === "open") return "greeting";
  return link.phase === "dialing" ? "dialing" : "away";
}
