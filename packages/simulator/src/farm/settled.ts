import type { FarmWorld, MasterSlot, TaskBook } from "./world.ts";

/** Tasks that somebody who is there can do, and that must therefore end. */
export function mustEnd(world: FarmWorld, slot: MasterSlot, { draft }: TaskBook): boolean {
  const workers = world.workers.filter(({ plan }) => world.masters[plan.master] === slot);
  if (isCrowded(slot)) return false;
  return workers.some(
    ({ plan }) =>
      plan.options.types.includes(draft.type) &&
      (plan.options.style === "auto" || (draft.type === "QUERY" && draft.payload.length < 1_000)),
  );
}

/** With so few places in the farm it is chance who has one, and who is heard. */
export const isCrowded = ({ plan }: MasterSlot): boolean => plan.options.workersMax < 100;

/** Whether whoever hands in often enough is accepted in the end. */
export const hasRoom = ({ plan }: MasterSlot): boolean => plan.options.backlogMax >= 1_000;

/** Whether every task has ended that can, all are answered, and nobody waits for an acknowledgement. */
export function isFarmSettled(world: FarmWorld): boolean {
  for (const slot of world.masters) {
    const { life, submitter, disk, tasks } = slot;
    if (life === undefined || life.book.writesOpen > 0) return false;
    if (!submitter.isDone && hasRoom(slot)) return false;
    for (const [id, { status }] of disk.image) {
      const book = tasks.get(id);
      if (status.state === "pending" && book !== undefined && mustEnd(world, slot, book)) return false;
    }
  }
  return world.workers.every(({ life, plan }) => {
    const master = world.masters[plan.master];
    const isHeard = master !== undefined && !isCrowded(master);
    return life !== undefined && (!isHeard || life.core.status().unacknowledged === 0);
  });
}
