import { randomUUID } from "node:crypto";
import {
  createHeartbeatNode,
  type HeartbeatNode,
  type Notice,
  parseHeartbeatOptions,
  toNodeOptions,
  toTransportLimits,
} from "@mutirao/node-core";
import { createNodeHost, type NodeHost, wakeGranularityMs } from "@mutirao/node-runtime";
import { createPrng, nodeId } from "@mutirao/primitives";
import { createTcpTransport } from "@mutirao/transport-tcp";

/** A node as `node-cli` puts it together, without a log. */
export interface OurNode {
  readonly node: HeartbeatNode;
  readonly host: NodeHost;
}

/**
 * @param flags options by name, as one would type them; the limits that would themselves be measured are raised in
 *   this way, and everything else has its default.
 */
export function createOurNode(
  flags: Readonly<Record<string, string | readonly string[]>>,
  onNotice: (notice: Notice) => void = () => {},
): OurNode {
  const parsed = parseHeartbeatOptions({ port: "0", ...flags });
  if (!("values" in parsed)) throw new Error(parsed.message);
  const { values } = parsed;
  const id = nodeId(randomUUID());
  const node = createHeartbeatNode(id, toNodeOptions(values, "brief"), createPrng(id));
  const host = createNodeHost({
    core: node,
    createTransport: (handler) =>
      createTcpTransport({ limits: toTransportLimits(values), localHost: values.host }, handler),
    onNotice,
    wakeGranularityMs: wakeGranularityMs(values.intervalMs),
  });
  return { node, host };
}
