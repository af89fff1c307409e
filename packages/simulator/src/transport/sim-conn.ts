import type { ConnId, InstantMs } from "@mutirao/primitives";
import type { LineDecoder } from "@mutirao/protocol";
import type { SimSocket } from "../network/sim-network.ts";
import type { Allowance, AllowanceLimits } from "./allowance.ts";

/** A connection as the transport holds it, from the dial or the accept to the moment its end has been told. */
export interface SimConn {
  readonly id: ConnId;
  readonly isDialled: boolean;
  /** The address it counts against; empty for one that we dialled. */
  readonly source: string;
  readonly decoder: LineDecoder;
  readonly allowance: Allowance;
  /** How the allowance fills. */
  rate: AllowanceLimits;
  /**
   *   looking-up --> connecting --> open --> closing --> closed
   *        |              |           |                    ^
   *        +--------------+-----------+--------------------+
   */
  phase: "looking-up" | "connecting" | "open" | "closing" | "closed";
  /** `undefined` while the name is looked up. */
  socket: SimSocket | undefined;
  /** What was sent before there was a socket. */
  readonly early: Uint8Array[];
  isIdentified: boolean;
  /** The idle limit is not for it. */
  isSpared: boolean;
  /** An answer is to come: the other side's FIN does not end it. */
  isOwed: boolean;
  hasFirstLine: boolean;
  hasEnded: boolean;
  /** It was told that the other side has ended. */
  isEndTold: boolean;
  /** Lines of it are being handled right now, further up the call stack. */
  isHandling: boolean;
  /** Lines wait for their turn, for the rate, or for the other side to read. */
  isHeld: boolean;
  /** When the phase began. */
  since: InstantMs;
  lastByteAt: InstantMs;
  /** When the line that is arriving began. */
  lineBegunAt: InstantMs | undefined;
}
