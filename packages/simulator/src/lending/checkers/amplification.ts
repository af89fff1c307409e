import { isDialled } from "@mutirao/primitives";
import { encodeMessage } from "@mutirao/protocol";
import type { MasterLife } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * Nobody can be made to shout by somebody who whispers: to a stranger go at most two bytes for each of his, and what he says
 * opens no connection to anybody.
 */
export const createAmplificationChecker: CreateLendingChecker = (world, fail) => {
  const answered = new WeakMap<MasterLife, Map<string, number>>();

  return {
    master({ life, event, effects, dueAt, now }) {
      if (event.type !== "message-received" || isDialled(event.conn)) return;
      const { host, port } = event.remote;
      const asked = world.forged.get(`${host}:${port}`);
      if (asked === undefined) return;
      const known = answered.get(life) ?? new Map<string, number>();
      answered.set(life, known);
      let bytes = known.get(`${host}:${port}`) ?? 0;
      for (const effect of effects) {
        if (effect.type === "send" && effect.conn === event.conn) bytes += encodeMessage(effect.message).length;
        // What was due anyway may be done now.
        if (effect.type === "dial" && (dueAt === undefined || dueAt > now))
          fail(`${life.label} dials ${effect.to.host}:${effect.to.port} because of a stranger's ${event.message.kind}`);
      }
      known.set(`${host}:${port}`, bytes);
      if (bytes > FACTOR * asked)
        fail(`${life.label} answers a stranger's ${asked} bytes (${event.message.kind}) with ${bytes}`);
    },
  };
};

const FACTOR = 2;
