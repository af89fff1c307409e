import { link, observer, sense, target } from "../../calm.ts";
import { joinedWithinMs, keptAtMostMs } from "../bounds.ts";
import type { LossNews } from "../oracle/master-book.ts";
import { isCrowded } from "../settled.ts";
import type { CreateFarmChecker, FarmWorld, MasterLife, MasterObservation, WorkerLife } from "../world.ts";

/**
 * A worker that can reach its master is in its farm within a bound. One that is lost loses its tasks no sooner than it
 * may (its connection gone for the grace, or silent for the timeout, or past its time; the master's own stalls do not
 * count, and another process under its id ends it at once), and no later than that and a wake-up; one that is back in time
 * keeps them.
 */
export const createPresenceChecker: CreateFarmChecker = (world, fail) => {
  const checkJoined = ({ life: master, now }: MasterObservation): void => {
    if (isCrowded(master.slot)) return;
    const views = master.core.workers(now);
    for (const { life } of world.workers) {
      if (life === undefined || world.masters[life.slot.plan.master] !== master.slot) continue;
      if (life.isLeaving || life.slot.plan.options.style !== "auto") continue;
      const since = calmSince(world, master, life);
      const boundMs = joinedWithinMs(master, life);
      if (since === undefined || world.scheduler.now - since <= boundMs) continue;
      const isThere = views.some(
        ({ id, status }) => (id === life.id || id.startsWith(`${life.id}#`)) && status === "ALIVE",
      );
      if (!isThere)
        fail(
          `${life.label} is not in the farm of ${master.label}, though nothing stood in the way for ${Math.round(boundMs)} ms`,
        );
    }
  };

  const checkLoss = ({ life, now, event }: MasterObservation, { assignment, code, dueAt }: LossNews): void => {
    const { worker, task } = assignment;
    const { timeoutMs, classTimeoutMs, graceMs } = life.slot.plan.options;
    const from = life.book.resumedAt;
    const lost = `${life.label} takes ${task} from ${worker.name}`;
    if (code === "ERR_WORKER_SILENT") {
      const early = dueAt - now;
      if (early > EPSILON_MS) fail(`${lost} ${Math.round(early)} ms before its time is over`);
      return;
    }
    const hello =
      event.type === "message-received" && event.message.kind === "worker-alive" ? event.message : undefined;
    if (hello?.hello !== undefined && hello.worker === worker.id && hello.hello.boot !== worker.boot) return;
    const silentMs = worker.style === "session" ? timeoutMs : classTimeoutMs;
    const awayAt =
      worker.awaySince === undefined ? Number.POSITIVE_INFINITY : Math.max(worker.awaySince, from) + graceMs;
    const silentAt = Math.max(worker.heardAt, from) + silentMs;
    const early = Math.min(awayAt, silentAt) - now;
    if (early > EPSILON_MS) fail(`${lost} ${Math.round(early)} ms before it may be given up`);
  };

  const checkKept = ({ life, now, event }: MasterObservation): void => {
    if (event.type !== "wake") return;
    for (const live of life.book.live.values()) {
      const { holder } = live;
      if (live.phase !== "assigned" || holder === undefined) continue;
      const lateMs = now - keptAtMostMs(life, holder);
      if (lateMs > EPSILON_MS) {
        fail(
          `${life.label} leaves ${live.order.id} with ${holder.worker.name}, ${Math.round(lateMs)} ms after it had to give it up`,
        );
      }
    }
  };

  return {
    master(observation) {
      for (const loss of observation.news.lost) checkLoss(observation, loss);
      checkKept(observation);
      checkReturned(observation, fail);
    },
    scan: checkJoined,
  };
};

const EPSILON_MS = 0.01;

/** A worker that is back with what it was given keeps it, unless it was taken from it before. */
function checkReturned({ life, event, effects }: MasterObservation, fail: (problem: string) => never): void {
  if (event.type !== "message-received" || event.message.kind !== "worker-alive") return;
  const { hello, worker } = event.message;
  if (hello === undefined) return;
  for (const effect of effects) {
    if (effect.type !== "send" || effect.message.kind !== "task-batch" || effect.conn !== event.conn) continue;
    for (const { task, attempt } of effect.message.cancel) {
      const holder = life.book.live.get(task)?.holder;
      const isHeld = holder?.isOpen === true && holder.worker.id === worker && holder.worker.boot === hello.boot;
      if (isHeld && holder.attempt === attempt)
        fail(`${life.label} takes ${task} from ${worker}, which is back with it in time`);
    }
  }
}

/** Since when nothing stands between a worker and its master, stalls of either included. */
function calmSince(world: FarmWorld, master: MasterLife, worker: WorkerLife): number | undefined {
  let since = Math.max(master.bornAt, worker.bornAt);
  const parties = [master.number, worker.number].flatMap((number) => [target(number), observer(number), sense(number)]);
  for (const what of [...parties, link(master.machine.index, worker.machine.index)]) {
    const calmFrom = world.calm.since(what);
    if (calmFrom === undefined) return undefined;
    since = Math.max(since, calmFrom);
  }
  return since;
}
