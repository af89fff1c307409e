import { formatEndpoint, isIpLiteral } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { aliveWithinMs, stallMs } from "../src/pulse/bounds.ts";
import { drawPlan } from "../src/pulse/swarm/draw.ts";

const plans = Array.from({ length: 200 }, (_, seed) => drawPlan(String(seed)));
const nodes = plans.flatMap((plan) => plan.nodes.map((node) => ({ plan, node })));

describe("what is drawn from a seed", () => {
  test("the same seed draws the same plan, another one another", () => {
    expect(drawPlan("7")).toEqual(plans[7]);
    expect(new Set(plans.map((plan) => JSON.stringify({ ...plan, seed: "" }))).size).toBe(plans.length);
  });

  test("options are such as a node accepts", () => {
    for (const { node } of nodes) {
      const { intervalMs, timeoutMs, answerMs, dialsMax } = node.options;
      expect(timeoutMs).toBeGreaterThan(intervalMs);
      expect(answerMs).toBeLessThanOrEqual(timeoutMs / 2);
      expect(dialsMax).toBeGreaterThanOrEqual(1);
      expect(stallMs(node)).toBeGreaterThan(node.wakeLateMs);
    }
  });

  test("no two nodes, nor a foreign peer, live at one address, and each lives on its machine", () => {
    for (const { nodes: all, foreigners, machines } of plans) {
      const homes = [...all.flatMap((node) => node.homes), ...foreigners];
      const places = homes.map(({ machine, listensAt }) => `${machine} ${formatEndpoint(listensAt)}`);
      expect(new Set(places).size).toBe(places.length);
      for (const { machine, listensAt } of homes) {
        expect(["0.0.0.0", ...(machines[machine] ?? [])]).toContain(listensAt.host);
      }
    }
  });

  test("every name in a peer list is one that the name service was told of", () => {
    for (const { plan, node } of nodes) {
      const names = new Set(plan.names.map(({ name }) => name));
      for (const { host } of node.options.peers) expect(isIpLiteral(host) || names.has(host)).toBe(true);
    }
  });

  test("the phase without faults is long enough for every bound, on a slow clock, too", () => {
    for (const { plan, node } of nodes) {
      const boundsMs = node.options.peers.map((peer) => aliveWithinMs(node, peer) / node.clock.rate);
      expect(plan.livenessMs).toBeGreaterThan(Math.max(0, ...boundsMs));
      expect(plan.safetyMs).toBeGreaterThanOrEqual(4 * Math.min(...plan.nodes.map(({ options }) => options.timeoutMs)));
    }
  });
});
