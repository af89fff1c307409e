import type { FarmSettings } from "./farm.ts";

/** Tasks as fast as they go. */
export interface RateScenario extends FarmSettings {
  readonly name: string;
  readonly title: string;
}

const rate = (store: FarmSettings["store"], workers: number): RateScenario => ({
  name: `${store === "disk" ? "durable" : "memory"}-${workers}`,
  title: `${store === "disk" ? "Durable" : "In memory"}, ${workers === 1 ? "one worker" : `${workers} workers`}`,
  store,
  workers,
});

export const rateScenarios: readonly RateScenario[] = [
  rate("memory", 1),
  rate("memory", 4),
  rate("disk", 1),
  rate("disk", 4),
];

/** Tasks at a rate that leaves everybody time. */
export const paceScenario = {
  name: "durable-pace",
  store: "disk",
  workers: 1,
  perSecond: 500,
} as const satisfies FarmSettings & { readonly name: string; readonly perSecond: number };
