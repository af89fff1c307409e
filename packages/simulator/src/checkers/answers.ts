import type { HeartbeatDialect, Message } from "@mutirao/protocol";
import type { AnyEffect } from "../hosts/sim-host.ts";
import type { Fail } from "../stage.ts";
import type { LifeChecker } from "./life-checker.ts";

/**
 * Whoever asks is answered at once, once, on the same connection, in the spelling of the question and with the node's
 * own id; and nothing is answered that is no question.
 */
export const createAnswersChecker = (_world: unknown, fail: Fail): LifeChecker => ({
  observe({ life, event, effects }) {
    const asked = event.type === "message-received" ? wantedReply(event.message) : undefined;
    const replies = effects.filter(isReply);
    if (replies.length !== (asked === undefined ? 0 : 1)) {
      fail(`${life.label} gives ${replies.length} answers to ${event.type}, asked for ${asked ?? "none"}`);
    }
    const [reply] = replies;
    if (event.type !== "message-received" || reply === undefined || asked === undefined) return;
    const { conn, message } = reply;
    const isRight =
      conn === event.conn && message.dialect === asked && (asked === "legacy" || message.from === life.id);
    if (!isRight) {
      fail(`${life.label} answers a ${asked} question on ${event.conn} with ${JSON.stringify(reply)}`);
    }
  },
});

type Reply = AnyEffect & { readonly type: "send"; readonly message: { readonly kind: "heartbeat-reply" } };

const isReply = (effect: AnyEffect): effect is Reply =>
  effect.type === "send" && effect.message.kind === "heartbeat-reply";

function wantedReply(message: Message): HeartbeatDialect | undefined {
  switch (message.kind) {
    case "heartbeat-request":
      return message.dialect;
    case "worker-heartbeat":
      return "class";
    default:
      return undefined;
  }
}
