import type { MasterEffect } from "@mutirao/node-core";
import { type ConnId, isDialled } from "@mutirao/primitives";
import type { CreateLendingChecker } from "../world.ts";

/**
 * Nothing changes because of a message whose sender has no right to it: what comes from the forger's machine opens,
 * changes and ends no loan, writes nothing down, moves no worker, and changes no peer's verdict. It may be answered, and told of.
 */
export const createAuthorityChecker: CreateLendingChecker = (world, fail) => ({
  master({ life, event, effects, dueAt, now }) {
    if (event.type !== "message-received" || isDialled(event.conn)) return;
    if (!world.forger.addresses.some((address) => address === event.remote.host)) return;
    // What was due anyway may be done now.
    if (dueAt !== undefined && dueAt <= now) return;
    for (const effect of effects) {
      const what = changed(effect, event.conn);
      if (what !== undefined) fail(`${life.label}: a forged ${event.message.kind} has caused ${what}`);
    }
  },
});

function changed(effect: MasterEffect, conn: ConnId): string | undefined {
  if (effect.type === "store" || effect.type === "answer") return effect.type;
  if (effect.type === "notify") {
    const { kind } = effect.notice;
    return CHANGES.has(kind) ? kind : undefined;
  }
  if (effect.type !== "send") return undefined;
  const { message } = effect;
  if (message.kind === "redirect" || message.kind === "return" || message.kind === "offer") return message.kind;
  if (message.kind === "release-ack" && message.workers.length > 0) return "an acknowledged release";
  return effect.conn === conn ? undefined : `${message.kind} to somebody else`;
}

const CHANGES: ReadonlySet<string> = new Set([
  "loan-changed",
  "peer-transitioned",
  "attempt-failed",
  "task-recorded",
  "worker-gone",
]);
