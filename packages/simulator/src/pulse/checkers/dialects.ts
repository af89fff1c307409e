import type { HeartbeatDialect } from "@mutirao/protocol";
import { describeLife } from "../swarm/boot.ts";
import type { TargetRecord } from "../swarm/ledger.ts";
import type { CreateChecker } from "../swarm/world.ts";

interface Memory {
  answered: HeartbeatDialect;
  /** Questions put since, and not answered. */
  unanswered: number;
  /** False from the first answer in the older spelling until the peer was asked in it again. */
  isSettled: boolean;
  lastAsked: HeartbeatDialect;
}

/**
 * The spelling that a peer answered is remembered: it is asked in it next, and never twice in a row in another. A peer
 * that understands nothing else would otherwise be lost again after each silence. Only of the older spelling may a refused
 * dial make forget: nobody listens there any more, and whoever does so next may be another program.
 *
 * The older spelling says nobody's id, so the first answer in it must be followed by a trial in another.
 */
export const createDialectsChecker: CreateChecker = (_world, fail) => {
  const memories = new WeakMap<TargetRecord, Memory>();

  const remember = (target: TargetRecord, answered: HeartbeatDialect): void => {
    const isSettled = answered !== "legacy" || memories.get(target)?.answered === "legacy";
    memories.set(target, { answered, unanswered: 0, isSettled, lastAsked: answered });
  };

  /** Gives what is wrong with asking in this spelling. */
  const judge = (memory: Memory, dialect: HeartbeatDialect): string | undefined => {
    const { answered, unanswered, isSettled, lastAsked } = memory;
    if (!isSettled) {
      return dialect === "legacy" && lastAsked === "legacy" ? "without a trial in one that says who it is" : undefined;
    }
    if (dialect === answered) return undefined;
    if (unanswered === 0) return `right after it answered the ${answered} one`;
    return lastAsked === answered ? undefined : `after the ${lastAsked} one, though it answers the ${answered} one`;
  };

  return {
    observe({ life, event, happenings }) {
      for (const happening of happenings) {
        const { kind, target } = happening;
        if (kind === "answered") remember(target, happening.dialect);
        const memory = memories.get(target);
        if (kind !== "asked" || memory === undefined) continue;
        const { dialect } = happening;
        const problem = judge(memory, dialect);
        if (problem !== undefined)
          fail(`${describeLife(life)} asks ${target.key} in the ${dialect} spelling ${problem}`);
        memory.isSettled ||= dialect === "legacy";
        memory.lastAsked = dialect;
      }
      for (const { kind, target } of happenings) {
        const memory = memories.get(target);
        if (kind !== "failed" || memory === undefined) continue;
        memory.unanswered++;
        const isGone = event.type === "conn-closed" && event.reason.code === "ERR_DIAL_REFUSED";
        if (isGone && memory.answered === "legacy") memories.delete(target);
      }
    },
  };
};
