import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import {
  createEnding,
  createLogger,
  createMistakes,
  createRegistryDisplay,
  createStandardOutput,
  EXIT_CRASHED,
  type ListenProblem,
  listenProblem,
  sayListening,
} from "@mutirao/command";
import {
  createHeartbeatNode,
  type HeartbeatOptionValues,
  type OptionValues,
  toNodeOptions,
  toTransportLimits,
} from "@mutirao/node-core";
import { createNodeHost, createNoticeLog, wakeGranularityMs } from "@mutirao/node-runtime";
import { createPrng, nodeId } from "@mutirao/primitives";
import { createLookupProcess, createTcpTransport, resolveHost } from "@mutirao/transport-tcp";
import type { outputOptions } from "./cli-options.ts";

/** Runs a node until it is asked to end. Gives its exit code, or why it could not listen. */
export async function runNode(
  values: HeartbeatOptionValues,
  { json, logLevel }: OptionValues<typeof outputOptions>,
): Promise<ListenProblem | number> {
  const selfId = values.id ?? nodeId(randomUUID());
  const logger = createLogger(logLevel, { server_id: selfId });
  const ending = createEnding();
  const mistakes = createMistakes(logger, ending.end);
  const exitCode = (): number => (mistakes.isFatal ? EXIT_CRASHED : 0);
  const core = createHeartbeatNode(selfId, toNodeOptions(values, "brief"), createPrng(randomUUID()));
  const display = createRegistryDisplay(selfId, core, json, createStandardOutput(logger, ending.end));
  const log = createNoticeLog(logger, () => performance.now());
  const lookups = createLookupProcess(values.lookupsMax);
  try {
    const literal = await Promise.race([resolveHost(values.host, lookups.lookup), ending.asked]);
    if (literal === undefined) return exitCode();
    const host = createNodeHost({
      core,
      createTransport: (handler) =>
        createTcpTransport({ limits: toTransportLimits(values), localHost: literal, lookup: lookups.lookup }, handler),
      onNotice(notice) {
        log(notice);
        display(notice);
      },
      wakeGranularityMs: wakeGranularityMs(values.intervalMs),
      mistakes,
    });
    sayListening(logger, await host.start({ host: literal, port: values.port }));
    await ending.asked;
    await host.stop();
    logger.info({ event: "stopped" }, "stopped");
    return exitCode();
  } catch (error) {
    return listenProblem({ host: values.host, port: values.port }, error);
  } finally {
    lookups.stop();
    ending.dispose();
  }
}
