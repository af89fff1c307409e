import { type ConnId, formatEndpoint, sameEndpoint } from "@mutirao/primitives";
import type { MasterLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * A worker is only sent to whoever has asked for it, or to the peer that an operator names: whatever a WORKER_REQUEST says of
 * an address, nobody is sent to a place where another lives, or nobody does.
 */
export const createDestinationsChecker: CreateLendingChecker = (world, fail) => {
  const checkAt = (life: MasterLife, conn: ConnId, to: Parameters<typeof formatEndpoint>[0]): void => {
    const worker = world.loans.of(life).speakers.get(conn)?.worker;
    const there = [...world.masters, ...world.foreignMasters].some(({ plan }) => sameEndpoint(plan.listensAt, to));
    if (!there) fail(`${life.label} sends ${worker} to ${formatEndpoint(to)}, where no master is`);
  };

  return {
    master({ life, effects }) {
      for (const effect of effects) {
        if (effect.type !== "send" || effect.message.kind !== "redirect") continue;
        checkAt(life, effect.conn, effect.message.to);
      }
      for (const effect of effects) {
        if (effect.type !== "store") continue;
        for (const change of effect.changes) {
          if (change.kind !== "leased" || change.lease.borrower === undefined) continue;
          const { worker, borrower } = change.lease;
          if (!borrower.peer.startsWith(`${borrower.to.host}:`))
            fail(`${life.label} lends ${worker} to ${borrower.peer}, and sends it to ${formatEndpoint(borrower.to)}`);
        }
      }
    },
  };
};
