import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import {
  createLogger,
  createMistakes,
  EXIT_CRASHED,
  type ListenProblem,
  type Mistakes,
  typingFolder,
} from "@mutirao/command";
import { releaseEarlySignals, signals } from "@mutirao/command/early-signals";
import {
  createWorkerNode,
  type OptionValues,
  toTransportLimits,
  toWorkerNodeOptions,
  type WorkerOptionValues,
  type WorkerOwnEffect,
  type WorkerOwnEvent,
} from "@mutirao/node-core";
import { createNodeHost, createNoticeLog, type NodeHost } from "@mutirao/node-runtime";
import { createPrng, durationMs, formatEndpoint, nodeId, unreachable } from "@mutirao/primitives";
import { createLookupProcess, createTcpTransport, type LookupProcess } from "@mutirao/transport-tcp";
import type { Logger } from "pino";
import type { commandOptions } from "./cli-options.ts";
import { createTaskRunner } from "./create-task-runner.ts";
import { guardLookup } from "./guarded-lookup.ts";
import { findLocalHost } from "./local-host.ts";
import type { HandlerProblem } from "./run-errors.ts";
import type { RunListener, TaskRunner } from "./task-runner.ts";

type CommandValues = OptionValues<typeof commandOptions>;

/** Results of one turn share a line anyway; to wait longer for more of them would only make tasks slower. */
const WAKE_GRANULARITY_MS = durationMs(1);

/** Runs a worker until it is asked to end and has left its master in good order. Gives its exit code, or why it could not begin. */
export async function runWorker(
  values: WorkerOptionValues,
  command: CommandValues,
): Promise<HandlerProblem | ListenProblem | number> {
  const id = values.id ?? nodeId(randomUUID());
  const logger = createLogger(command.logLevel, { worker_id: id });
  const left = Promise.withResolvers<void>();
  const mistakes = createMistakes(logger, left.resolve);
  const lookups = createLookupProcess(values.lookupsMax);
  try {
    const local = await findLocalHost(values.host, lookups);
    if (!("address" in local)) return local;
    const { listener, listenWith } = createRelay();
    const { slots } = values;
    const created = await createTaskRunner({ ...command, slots, cwd: typingFolder(), logger }, listener);
    if (!("runner" in created)) return created;
    const { runner } = created;
    const worker = { values: { ...values, id }, localHost: local.address, lookups, runner, logger, mistakes };
    const host = createHost(worker, left.resolve);
    listenWith(host);
    const { master } = values;
    const text = `runs ${runner.types.join(", ")} for the master at ${formatEndpoint(master)}, ${slots} at once`;
    logger.info({ event: "started", types: runner.types, slots, master: formatEndpoint(master) }, text);
    host.startDeaf();
    await leaveWhenAsked(host, command.drainMaxMs, logger, left.promise);
    await Promise.all([runner.stop(), host.stop()]);
    logger.info({ event: "stopped" }, "stopped");
    return mistakes.isFatal ? EXIT_CRASHED : 0;
  } finally {
    lookups.stop();
  }
}

type Host = NodeHost<WorkerOwnEvent>;

/** The runner comes before the host, as the core has to know the task types; it tells nothing before it is asked to. */
function createRelay(): { readonly listener: RunListener; readonly listenWith: (host: Host) => void } {
  let host: Host | undefined;
  return {
    listener: {
      onEnded: (run, outcome) => host?.deliver({ type: "run-ended", run, outcome }),
      onProgress(run, fraction, note) {
        const words = note === undefined ? {} : { note };
        host?.deliver({ type: "run-progressed", run, fraction, ...words });
      },
    },
    listenWith(created) {
      host = created;
    },
  };
}

interface Worker {
  readonly values: WorkerOptionValues & { readonly id: NonNullable<WorkerOptionValues["id"]> };
  readonly localHost: string;
  readonly lookups: LookupProcess;
  readonly runner: TaskRunner;
  readonly logger: Logger;
  readonly mistakes: Mistakes;
}

function createHost({ values, localHost, lookups, runner, logger, mistakes }: Worker, onLeft: () => void): Host {
  const options = toWorkerNodeOptions(values, { boot: randomUUID(), types: runner.types });
  const lookup = guardLookup(lookups.lookup, values.master, logger);
  return createNodeHost<WorkerOwnEvent, WorkerOwnEffect>({
    core: createWorkerNode(values.id, options, createPrng(randomUUID())),
    createTransport: (handler) => createTcpTransport({ limits: toTransportLimits(values), localHost, lookup }, handler),
    onNotice: createNoticeLog(logger, () => performance.now()),
    wakeGranularityMs: WAKE_GRANULARITY_MS,
    mistakes,
    performOwn(effect) {
      switch (effect.type) {
        case "run-task":
          runner.run(effect.run, effect.taskType, effect.payload, effect.timeoutMs);
          break;
        case "cancel-run":
          runner.cancel(effect.run);
          break;
        case "leave":
          onLeft();
          break;
        default:
          unreachable(effect);
      }
    },
  });
}

/** The first signal: finish and leave. The second one, or a first one that takes too long: leave at once. */
async function leaveWhenAsked(host: Host, drainMaxMs: number, logger: Logger, left: Promise<void>): Promise<void> {
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  const abandon = (): void => host.deliver({ type: "abandon" });
  const onSignal = (): void => {
    asked += 1;
    if (asked > 1) {
      abandon();
      return;
    }
    logger.info({ event: "draining" }, "takes nothing new, and leaves when all that runs is done and reported");
    timer = setTimeout(abandon, drainMaxMs);
    host.deliver({ type: "drain" });
  };
  for (const signal of signals) process.on(signal, onSignal);
  releaseEarlySignals();
  await left;
  clearTimeout(timer);
  for (const signal of signals) process.off(signal, onSignal);
}
