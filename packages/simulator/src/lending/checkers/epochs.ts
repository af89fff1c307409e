import { formatEndpoint, type NodeId } from "@mutirao/primitives";
import type { StoreChange } from "@mutirao/task-store";
import type { MasterSlot } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/** The number that a worker was told last, and where it was to go with it. */
interface Told {
  readonly epoch: number;
  readonly to: string;
}

/** The numbers of a worker's leases strictly increase, over the whole life of its owner's store: no two leases share one. */
export const createEpochsChecker: CreateLendingChecker = (world, fail) => {
  const told = new Map<MasterSlot, Map<NodeId, Told>>();

  /** What is to be kept is no older than what is kept. */
  const checkKept = ({ disk }: MasterSlot, label: string, changes: readonly StoreChange[]): void => {
    for (const change of changes) {
      if (change.kind !== "leased") continue;
      const { worker, epoch } = change.lease;
      const kept = disk.leases.get(worker)?.epoch ?? 0;
      if (epoch < kept) fail(`${label} keeps epoch ${epoch} of ${worker}, after ${kept}`);
    }
  };

  return {
    master({ life, effects }) {
      const { slot, label } = life;
      const known = told.get(slot) ?? new Map<NodeId, Told>();
      told.set(slot, known);
      for (const effect of effects) {
        if (effect.type === "store") checkKept(slot, label, effect.changes);
        if (effect.type !== "send" || effect.message.kind !== "redirect") continue;
        const { to, terms } = effect.message;
        const worker = world.loans.of(life).speakers.get(effect.conn)?.worker;
        if (worker === undefined || terms === undefined) continue;
        const last = known.get(worker);
        const there = formatEndpoint(to);
        if (last !== undefined && terms.epoch < last.epoch)
          fail(`${label} redirects ${worker} with epoch ${terms.epoch}, after ${last.epoch}`);
        if (last?.epoch === terms.epoch && last.to !== there)
          fail(`${label} gives epoch ${terms.epoch} of ${worker} to ${there}, which was given to ${last.to}`);
        known.set(worker, { epoch: terms.epoch, to: there });
      }
      for (const { direction, worker, epoch = 0, state } of world.loans.of(life).begun) {
        // A master that has just started goes on with what it had.
        if (direction === "in" || state !== "flushing") continue;
        // Workers of the class are told no number, and have one all the same.
        const last = Math.max(known.get(worker)?.epoch ?? 0, slot.disk.leases.get(worker)?.epoch ?? 0);
        if (epoch <= last) fail(`${label} begins a lease of ${worker} with epoch ${epoch}, after ${last}`);
      }
    },
  };
};
