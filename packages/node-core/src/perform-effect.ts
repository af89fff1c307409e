import { AssertionError, unreachable } from "@mutirao/primitives";
import type { SendableMessage } from "@mutirao/protocol";
import type { Transport } from "@mutirao/transport";
import type { Effect } from "./effects.ts";
import type { Notice } from "./notices.ts";

/** What a host performs effects with. */
export interface EffectTools {
  readonly transport: Pick<Transport, "dial" | "send" | "identify" | "spare" | "allow" | "owe" | "close">;
  /** A message as a line, its newline included. */
  readonly encode: (message: SendableMessage) => string;
  readonly onNotice: (notice: Notice) => void;
}

/**
 * Does what a core asked for, so that every host does it alike. The counterpart of `createTransportEvents`.
 *
 * @param performOwn does what only this kind of node asks for.
 */
export function performEffect<OwnEffect extends { readonly type: string } = never>(
  effect: Effect | OwnEffect,
  { transport, encode, onNotice }: EffectTools,
  performOwn: (effect: OwnEffect) => void = refuse,
): void {
  if (!isCommon(effect)) {
    performOwn(effect);
    return;
  }
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
    case "spare":
      transport.spare(effect.conn, effect.isSpared);
      break;
    case "allow":
      transport.allow(effect.conn, effect.linesPerSecond);
      break;
    case "owe":
      transport.owe(effect.conn);
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

function refuse({ type }: { readonly type: string }): never {
  throw new AssertionError(`nobody performs the effect ${type}`);
}

const COMMON: Readonly<Record<Effect["type"], true>> = {
  dial: true,
  send: true,
  identify: true,
  spare: true,
  allow: true,
  owe: true,
  close: true,
  notify: true,
};

function isCommon<OwnEffect extends { readonly type: string }>(effect: Effect | OwnEffect): effect is Effect {
  return Object.hasOwn(COMMON, effect.type);
}
