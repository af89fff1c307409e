import type { ConnId } from "@mutirao/primitives";
import { sameEndpoint } from "@mutirao/primitives";
import type { Offer, Redirect } from "@mutirao/protocol";
import type { MasterLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * No AVAILABLE and no REDIRECT leaves before the lease is in every image of the owner's disk that a crash from then on
 * could leave.
 */
export const createDurableOfferChecker: CreateLendingChecker = (world, fail) => {
  const checkOffer = ({ label, slot }: MasterLife, { workers, terms }: Offer): void => {
    const epochs = new Map(terms?.leases.map(({ worker, epoch }) => [worker, epoch]));
    for (const worker of workers) {
      const durable = slot.disk.leases.get(worker)?.epoch ?? 0;
      const told = epochs.get(worker) ?? 1;
      if (durable < told) fail(`${label} offers ${worker} with epoch ${told}, and its disk knows ${durable}`);
    }
  };

  const checkRedirect = (life: MasterLife, conn: ConnId, { to, terms }: Redirect): void => {
    const worker = world.loans.of(life).speakers.get(conn)?.worker;
    const leases = [...life.slot.disk.leases.values()].filter(
      (lease) => worker === undefined || lease.worker === worker,
    );
    const isDurable = leases.some(
      ({ epoch, borrower }) =>
        borrower !== undefined && epoch === (terms?.epoch ?? epoch) && sameEndpoint(borrower.to, to),
    );
    if (!isDurable)
      fail(`${life.label} redirects ${worker} with epoch ${terms?.epoch}, of which its disk knows nothing`);
  };

  return {
    master({ life, effects }) {
      for (const effect of effects) {
        if (effect.type !== "send") continue;
        if (effect.message.kind === "offer") checkOffer(life, effect.message);
        if (effect.message.kind === "redirect") checkRedirect(life, effect.conn, effect.message);
      }
    },
  };
};
