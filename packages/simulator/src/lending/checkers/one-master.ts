import { type ConnId, type Endpoint, formatEndpoint } from "@mutirao/primitives";
import type { WorkerLife, WorkerObservation } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * A worker of ours serves one master at a time: it executes only what came on the connection that it opened itself, to
 * its home or to where its home has sent it; and with one number of a lease it executes for one borrower only.
 */
export const createOneMasterChecker: CreateLendingChecker = (_world, fail) => {
  const dialled = new WeakMap<WorkerLife, Map<ConnId, Endpoint>>();
  const current = new WeakMap<WorkerLife, string>();
  const borrowers = new Map<string, string>();

  const checkRun = ({ life, event }: WorkerObservation): void => {
    if (event.type !== "message-received") return;
    const at = dialled.get(life)?.get(event.conn);
    const there = at === undefined ? "" : formatEndpoint(at);
    if (at === undefined) fail(`${life.label} runs what came on a connection that it did not open`);
    const { isAway, epoch } = life.core.status();
    const place = current.get(life) ?? formatEndpoint(life.slot.plan.options.master);
    if (there !== place) fail(`${life.label} runs what came from ${there}, and it serves ${place}`);
    if (!isAway || epoch === 0) return;
    const lease = `${life.id}@${epoch}`;
    const borrower = borrowers.get(lease) ?? there;
    borrowers.set(lease, borrower);
    if (borrower !== there) fail(`${life.label} runs for ${there} under ${lease}, under which it ran for ${borrower}`);
  };

  return {
    worker(observation) {
      const { life, effects, event } = observation;
      const conns = dialled.get(life) ?? new Map<ConnId, Endpoint>();
      dialled.set(life, conns);
      if (event.type === "conn-closed") conns.delete(event.conn);
      for (const effect of effects) {
        if (effect.type === "dial") conns.set(effect.conn, effect.to);
        if (effect.type === "run-task") checkRun(observation);
        if (effect.type === "notify" && effect.notice.kind === "worker-moved")
          current.set(life, formatEndpoint(effect.notice.to));
      }
    },
  };
};
