import { unreachable } from "@mutirao/primitives";
import type { SendableMessage } from "@mutirao/protocol";
import type { Transport } from "@mutirao/transport";
import type { Effect } from "./effects.ts";
import type { Notice } from "./notices.ts";

/** What a host performs effects with. */
export interface EffectTools {
  readonly transport: Pick<Transport, "dial" | "send" | "identify" | "close">;
  /** A message as a line, its newline included. */
  readonly encode: (message: SendableMessage) => string;
  readonly onNotice: (notice: Notice) => void;
}

/** Does what a core asked for, so that every host does it alike. The counterpart of `createTransportEvents`. */
export function performEffect(effect: Effect, { transport, encode, onNotice }: EffectTools): void {
  switch (effect.type) {
    case "dial":
      transport.dial(effect.conn, effect.to);
      break;
    case "send":
      transport.send(effect.conn, encode(effect.message));
      break;
    case "identify":
      transport.identify(effect.conn);
      break;
    case "close":
      transport.close(effect.conn);
      break;
    case "notify":
      onNotice(effect.notice);
      break;
    default:
      unreachable(effect);
  }
}
