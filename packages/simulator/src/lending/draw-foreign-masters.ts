import { type Endpoint, nodeId, type Prng } from "@mutirao/primitives";
import { addMachine, type FarmTempo } from "../farm/draw-process.ts";
import type { MasterPlan } from "../farm/plan.ts";
import { logUniform } from "../log-uniform.ts";
import { type ForeignMasterPlan, foreignMasterStyles, type MoverPlan } from "./plan.ts";

const PORT = 9_101;

/** Masters of other teams, in every third world or so, and the workers of those that lend. */
export function drawForeignMasters(
  machines: string[][],
  tempo: FarmTempo,
  prng: Prng,
): { readonly masters: readonly ForeignMasterPlan[]; readonly movers: readonly MoverPlan[] } {
  const count = prng.chance(0.7) ? 0 : prng.integer(1, 2);
  const masters = Array.from({ length: count }, (_, index): ForeignMasterPlan => {
    const machine = addMachine(machines);
    const listensAt: Endpoint = { host: machines[machine]?.[0] ?? "10.9.9.9", port: PORT };
    return {
      id: nodeId(`foreign-${index}`),
      machine,
      listensAt,
      style: prng.pick(foreignMasterStyles),
      isWrong: prng.chance(0.5),
      isHasty: prng.chance(0.4),
      alias: prng.chance(0.4) ? { host: machines[0]?.[0] ?? "10.9.9.9", port: PORT } : undefined,
      peers: [],
      everyMs: tempo.timeoutMs * logUniform(prng, 0.2, 1),
      stayMs: tempo.timeoutMs * logUniform(prng, 0.2, 2),
    };
  });
  const movers = masters
    .filter(({ style }) => style === "lends" || style === "deaf" || style === "trades")
    .flatMap(({ id, listensAt }) =>
      Array.from({ length: prng.integer(1, 2) }, (_, index): MoverPlan => {
        return {
          id: nodeId(`${id}.w${index}`),
          style: "pull",
          home: id,
          homeAt: listensAt,
          machine: addMachine(machines),
          pollMs: tempo.intervalMs * logUniform(prng, 0.2, 1),
          patienceMs: tempo.timeoutMs,
        };
      }),
    );
  return { masters, movers };
}

/** Workers of other teams at masters of ours, which lend them like their own. */
export function drawMoversOfOurs(
  machines: string[][],
  tempo: FarmTempo,
  masters: readonly MasterPlan[],
  prng: Prng,
): readonly MoverPlan[] {
  if (prng.chance(0.7)) return [];
  return Array.from({ length: prng.integer(1, 2) }, (_, index): MoverPlan => {
    const master = prng.integer(0, masters.length - 1);
    const home = masters[master];
    return {
      id: nodeId(`m${master}.c${index}`),
      style: prng.pick(["pull", "listening", "push"]),
      home: home?.id ?? nodeId("master-0"),
      homeAt: home?.listensAt ?? { host: "10.9.9.9", port: PORT },
      machine: addMachine(machines),
      pollMs: tempo.intervalMs * logUniform(prng, 0.2, 1),
      patienceMs: tempo.timeoutMs,
    };
  });
}
