import { observer, sense, target as targetOf } from "../../calm.ts";
import { type WorldMs, worldMs } from "../../scheduler.ts";
import type { NodeLife, Party, Target, World } from "./world.ts";

/**
 * Since when nothing has kept a node from reaching whoever lives at a target of its; `undefined` while something does.
 * The node's own stalls count only if asked for: they keep it from asking, but excuse no accusation.
 */
export function calmSince(
  { calm }: World,
  life: NodeLife,
  target: Target,
  occupant: Party,
  stalls: "with-stalls" | "without-stalls",
): WorldMs | undefined {
  let since = Math.max(life.bornAt, occupant.bornAt);
  const all = [...target.disturbances, targetOf(occupant.number), observer(life.number)];
  if (stalls === "with-stalls") all.push(sense(life.number));
  for (const what of all) {
    const calmFrom = calm.since(what);
    if (calmFrom === undefined) return undefined;
    since = Math.max(since, calmFrom);
  }
  return worldMs(since);
}
