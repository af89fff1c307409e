import type { Endpoint, Prng } from "@mutirao/primitives";
import type { Scheduler, SimTransportPlace } from "@mutirao/simulator/parts";
import type { Conditions, Trace } from "../world.ts";

/** `together`: masters with their defaults, each a peer of all others. `alone`: the same, but nobody knows anybody. */
export type Company = "together" | "alone";

/** What is seen of a cluster while a trace happens to it. */
export interface Sights {
  /** When each task's handler ended, in the cluster's time; NaN before that. */
  readonly endedAtMs: Float64Array;
  readonly isBorrowed: Uint8Array;
  readonly lent: Set<number>;
  moves: number;
  messages: number;
  done: number;
}

/** The production cores of masters and workers on virtual machines, over a network on which nothing is ever lost. */
export interface Cluster {
  readonly trace: Trace;
  readonly conditions: Conditions;
  readonly company: Company;
  readonly prng: Prng;
  readonly scheduler: Scheduler;
  readonly sights: Sights;
  /** For a process on a machine of its own. */
  placeAt(host: string): Omit<SimTransportPlace, "loop" | "clock" | "prng">;
}

const PORT = 9_101;
const addressAt = (net: number, index: number): string => `10.${net}.${Math.floor(index / 200)}.${(index % 200) + 1}`;

export const masterAt = (index: number): Endpoint => ({ host: addressAt(0, index), port: PORT });
export const workerHost = (index: number): string => addressAt(1, index);

/** The other masters that this one knows. */
export function peersOf({ trace, company }: Cluster, index: number): readonly Endpoint[] {
  const all = Array.from({ length: company === "alone" ? 0 : trace.masters }, (_, other) => other);
  return all.filter((other) => other !== index).map(masterAt);
}
