import type { MasterNodeOptions } from "@mutirao/node-core";
import { durationMs, type Endpoint, formatEndpoint, nodeId, type Prng } from "@mutirao/primitives";
import { drawMasterOptions } from "../farm/draw.ts";
import { drawProcess, type FarmTempo } from "../farm/draw-process.ts";
import { drawWorkload } from "../farm/draw-workload.ts";
import type { MasterPlan, WorkloadPlan } from "../farm/plan.ts";
import { logUniform } from "../log-uniform.ts";
import { drawForeignLease } from "./draw-foreign-lease.ts";

const PORT = 9_101;
const ALL = 10_000;
const homeNameStyles = ["id", "ip", "ip:port"] as const;

/** Masters that know each other, all or some, and among whom the work is spread unevenly. */
export function drawLenders(
  homes: readonly number[],
  machines: readonly (readonly string[])[],
  strangers: readonly Endpoint[],
  tempo: FarmTempo,
  prng: Prng,
): readonly MasterPlan[] {
  const at = (machine: number): Endpoint => ({ host: machines[machine]?.[0] ?? "10.9.9.9", port: PORT });
  const isMesh = prng.chance(0.7);
  const heat = drawHeat(homes.length, tempo, prng.fork("heat"));
  return homes.map((machine, index): MasterPlan => {
    const draw = prng.fork(`master-${index}`);
    const ours = homes.filter((other) => other !== machine && (isMesh || draw.chance(0.7))).map(at);
    const peers = [...ours, ...strangers.filter(() => draw.chance(0.7))];
    return {
      id: nodeId(`master-${index}`),
      machine,
      ...drawProcess(tempo, draw),
      startsAtMs: 0,
      listensAt: at(machine),
      options: {
        ...drawMasterOptions(tempo, peers, draw),
        workersMax: 200,
        backlogMax: 1_000,
        lossesMax: draw.integer(2, 6),
        ...drawLendingOptions(peers, draw.fork("lending")),
      },
      disk: { commitMinMs: draw.next(), commitMaxMs: logUniform(draw, 1, 40) },
      workload: heat(index, draw.fork("workload")),
      measureMs: Math.max(2_000, tempo.intervalMs),
    };
  });
}

function drawLendingOptions(peers: readonly Endpoint[], prng: Prng): Partial<MasterNodeOptions> {
  const isLimited = prng.chance(0.3);
  const limit = (min: number, usual: number): number => (isLimited && prng.chance(0.5) ? prng.integer(min, 3) : usual);
  const byPeer = new Map<string, (typeof homeNameStyles)[number]>(
    peers.filter(() => prng.chance(0.2)).map((peer) => [formatEndpoint(peer), prng.pick(homeNameStyles)]),
  );
  const barred = peers.filter(() => prng.chance(0.05)).map(formatEndpoint);
  return {
    lending: prng.chance(0.88) ? "on" : prng.pick(["observe", "off"]),
    lendMax: limit(0, ALL),
    lendReserve: limit(0, 0),
    borrowMax: limit(0, ALL),
    noLendTo: barred,
    leaseMs: durationMs(logUniform(prng, 3_000, 30_000)),
    homeNames: { usual: prng.pick(homeNameStyles), byPeer },
    foreignLeaseMs: drawForeignLease(prng.fork("foreign lease")),
  };
}

/** How hot each master is: one alone, a few, each in its turn, or all alike. */
function drawHeat(count: number, tempo: FarmTempo, prng: Prng): (index: number, draw: Prng) => WorkloadPlan {
  const pattern = prng.pick(["burst", "skew", "rotating", "balanced"] as const);
  const hot = prng.integer(0, count - 1);
  const lengthMs = tempo.timeoutMs * (1 + 2 * prng.next());
  const tasks = Math.round(40 + 60 * prng.next());
  return (index, draw) => {
    const workload = {
      ...drawWorkload(tempo, 1, draw),
      poisonRate: draw.chance(0.1) ? 0.05 : 0,
      badRate: draw.chance(0.2) ? 0.1 : 0,
      hangRate: draw.chance(0.1) ? 0.05 : 0,
      // What fits into no line of the class's could not be done where all workers ask for each task.
      bulkyRate: 0,
      types: ["QUERY"],
    };
    const isHot = index === hot;
    const share = (tasksMax: number, gapMs: number): WorkloadPlan => ({ ...workload, tasksMax, gapMs });
    switch (pattern) {
      case "burst":
        if (!isHot) return share(4, tempo.timeoutMs * 2);
        return { ...share(tasks, tempo.timeoutMs * 3), rhythm: "bursts", burstMax: tasks };
      case "skew":
        return isHot ? share(tasks, (tempo.timeoutMs * 6) / tasks) : share(4, tempo.timeoutMs * 2);
      case "rotating":
        return {
          ...share(Math.ceil((1.5 * tasks) / count), tempo.timeoutMs / 3),
          rhythm: "bursts",
          burstMax: 16,
          turns: { lengthMs, count, own: index },
        };
      case "balanced":
        return share(Math.ceil(tasks / count), (tempo.timeoutMs * 6 * count) / tasks);
    }
  };
}
