import { performance } from "node:perf_hooks";
import type { Notice } from "@mutirao/node-core";
import { instantMs, type NodeId } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { LineOutput } from "./line-output.ts";
import { type Clocks, registryJson, registryLine, transitionJson } from "./registry-output.ts";
import { createWallOffset } from "./wall-clock.ts";

/** A node whose registry can be looked at. */
export interface ShownNode {
  registry(): readonly RegistryEntry[];
}

/** What a node prints of its peers on stdout: the registry when it is due, and with `json` every change as well. */
export function createRegistryDisplay(
  selfId: NodeId,
  node: ShownNode,
  json: boolean,
  output: LineOutput,
): (notice: Notice) => void {
  const formatRegistry = json ? registryJson : registryLine;
  return (notice) => {
    if (notice.kind === "registry-due") output.write(formatRegistry(selfId, node.registry(), clocks()));
    if (notice.kind === "peer-transitioned" && json) output.write(transitionJson(notice.transition, clocks()));
  };
}

const wallOffsetMs = createWallOffset({ wallMs: Date.now, monotonicMs: () => performance.now() });
const clocks = (): Clocks => ({ now: instantMs(performance.now()), wallOffsetMs: wallOffsetMs() });
