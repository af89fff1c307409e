import { randomUUID } from "node:crypto";
import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import {
  createHeartbeatNode,
  type HeartbeatNode,
  type HeartbeatOptionValues,
  type Notice,
  type OptionValues,
  toNodeOptions,
  toTransportLimits,
} from "@mutirao/node-core";
import { createNodeHost, createNoticeLog, wakeGranularityMs } from "@mutirao/node-runtime";
import { createPrng, type Endpoint, instantMs, isIpLiteral, type NodeId, nodeId } from "@mutirao/primitives";
import { createTcpTransport } from "@mutirao/transport-tcp";
import type { outputOptions } from "./cli-options.ts";
import { createEnding } from "./ending.ts";
import { createLineOutput, type LineOutput } from "./line-output.ts";
import { type ListenProblem, listenProblem } from "./listen-problem.ts";
import { createLogger } from "./logger.ts";
import { type Clocks, registryJson, registryLine, transitionJson } from "./registry-output.ts";
import { sayListening } from "./say-listening.ts";

/** Runs a node until it is asked to end. Gives a problem only if it could not listen. */
export async function runNode(
  values: HeartbeatOptionValues,
  { json, logLevel }: OptionValues<typeof outputOptions>,
): Promise<ListenProblem | undefined> {
  const selfId = values.id ?? nodeId(randomUUID());
  const logger = createLogger(logLevel, selfId);
  const ending = createEnding();
  const core = createHeartbeatNode(selfId, toNodeOptions(values, "brief"), createPrng(randomUUID()));
  const display = createDisplay(selfId, core, json, createLineOutput(process.stdout, ending.end));
  const log = createNoticeLog(logger, () => performance.now());
  const asked: Endpoint = { host: values.host, port: values.port };
  try {
    const at: Endpoint = { host: await toLiteral(values.host), port: values.port };
    const host = createNodeHost({
      core,
      createTransport: (handler) =>
        createTcpTransport({ limits: toTransportLimits(values), localHost: localHost(at) }, handler),
      onNotice(notice) {
        log(notice);
        display(notice);
      },
      wakeGranularityMs: wakeGranularityMs(values.intervalMs),
    });
    sayListening(logger, await host.start(at));
    await ending.asked;
    await host.stop();
    logger.info({ event: "stopped" }, "stopped");
    return undefined;
  } catch (error) {
    return listenProblem(asked, error);
  } finally {
    ending.dispose();
  }
}

/** What goes to stdout. */
function createDisplay(
  selfId: NodeId,
  node: HeartbeatNode,
  json: boolean,
  output: LineOutput,
): (notice: Notice) => void {
  const formatRegistry = json ? registryJson : registryLine;
  return (notice) => {
    if (notice.kind === "registry-due") output.write(formatRegistry(selfId, node.registry(), clocks()));
    if (notice.kind === "peer-transitioned" && json) output.write(transitionJson(notice.transition, clocks()));
  };
}

const clocks = (): Clocks => ({ wallMs: Date.now(), now: instantMs(performance.now()) });

async function toLiteral(host: string): Promise<string> {
  return isIpLiteral(host) ? host : (await lookup(host)).address;
}

/** Outgoing connections come from the listening address too, unless that stands for all addresses. */
const localHost = ({ host }: Endpoint): string | undefined => (host === "0.0.0.0" || host === "::" ? undefined : host);
