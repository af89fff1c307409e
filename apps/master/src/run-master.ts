import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import {
  createEnding,
  createLogger,
  createMistakes,
  createRegistryDisplay,
  createStandardOutput,
  type Ending,
  EXIT_CRASHED,
  type LogLevel,
  listenProblem,
  type Mistakes,
  sayListening,
  typingFolder,
} from "@mutirao/command";
import {
  createMasterNode,
  type MasterNode,
  type MasterOptionValues,
  type Notice,
  toMasterOptions,
  toTransportLimits,
} from "@mutirao/node-core";
import {
  createMasterHost,
  createNoticeLog,
  type MasterHost,
  openJournal,
  wakeGranularityMs,
} from "@mutirao/node-runtime";
import { createPrng, type DurationMs, type Endpoint, formatEndpoint, type NodeId, nodeId } from "@mutirao/primitives";
import { createMemoryTaskStore, TaskStoreError } from "@mutirao/task-store";
import { openSqliteTaskStore, type SqliteTaskStore } from "@mutirao/task-store-sqlite";
import { createLookupProcess, createTcpTransport, resolveHost } from "@mutirao/transport-tcp";
import type { Logger } from "pino";
import { createHttpServer, type HttpServer } from "./http/http-server.ts";
import { createRunningMaster } from "./running-master.ts";
import { sayHttpListening } from "./say-http-listening.ts";
import { sayTakenOver } from "./say-taken-over.ts";

/** What the command adds to the options of a master. */
export interface CommandValues {
  readonly http: Endpoint | "off";
  /** What whoever orders over HTTP must send. */
  readonly orderToken: string | undefined;
  readonly dataDir: string;
  readonly store: "disk" | "memory";
  readonly drainMs: DurationMs;
  readonly json: boolean;
  readonly logLevel: LogLevel;
}

/** One line for the person who started the master. */
export interface StartProblem {
  readonly code: string;
  readonly message: string;
}

/** Exit code of a master whose store has failed under it. */
const EXIT_STORE_FAILED = 3;
/** Exit code of a master that was told to end, and told again before the workers of others had gone. */
const EXIT_CUT_SHORT = 1;

/** Runs a master until it is asked to end. Gives its exit code, or why it could not begin. */
export async function runMaster(values: MasterOptionValues, command: CommandValues): Promise<number | StartProblem> {
  const id = values.id ?? nodeId(randomUUID());
  const logger = createLogger(command.logLevel, { server_id: id });
  try {
    return await serve({ id, logger, values, command });
  } catch (error) {
    if (error instanceof TaskStoreError) return { code: error.code, message: oneLine(error.message) };
    return problemOf(error, values);
  }
}

/** What SQLite says of a damaged file has several lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

interface Assignment {
  readonly id: NodeId;
  readonly logger: Logger;
  readonly values: MasterOptionValues;
  readonly command: CommandValues;
}

/** Whatever has begun is ended, in the opposite order, whichever step fails. */
async function serve({ id, logger, values, command }: Assignment): Promise<number | StartProblem> {
  await using begun = new AsyncDisposableStack();
  const ending = begun.adopt(createEnding(), (opened) => opened.dispose());
  let exitCode = 0;
  const crashed = Promise.withResolvers<number>();
  const mistakes = createMistakes(logger, () => {
    exitCode = EXIT_CRASHED;
    crashed.resolve(exitCode);
    ending.end();
  });
  const lookups = begun.adopt(createLookupProcess(values.lookupsMax), (opened) => opened.stop());
  const bindHost = await Promise.race([resolveHost(values.host, lookups.lookup), ending.asked]);
  if (bindHost === undefined) return exitCode;
  // Opening takes long where the disk is slow or much is to be read; it can be cut off at any moment, as by a crash.
  const opened = await Promise.race([openStore(command), ending.asked]);
  if (opened === undefined) return exitCode;
  const store = begun.adopt(opened, (open) => open.close());
  const journal = begun.adopt(
    await openJournal({ directory: command.store === "memory" ? undefined : directoryOf(command) }),
    (opened) => opened.close(),
  );
  const core = createMasterNode(id, toMasterOptions(values, "class"), createPrng(randomUUID()));
  const listeners = new Set(listenersOf({ id, logger, core, ending, json: command.json })).add(journal.note);
  let hasDrained = false;
  const host: MasterHost = createMasterHost({
    core,
    store,
    createTransport: (handler) =>
      createTcpTransport({ limits: toTransportLimits(values), localHost: bindHost, lookup: lookups.lookup }, handler),
    onNotice: tellAll(listeners, mistakes),
    mistakes,
    wakeGranularityMs: wakeGranularityMs(values.intervalMs),
    directory: command.store === "memory" ? "." : directoryOf(command),
    onStoreFailed(code, detail) {
      // Every write that was under way fails.
      if (exitCode !== 0) return;
      const text = `the store has failed: nothing more is accepted, and this ends. ${oneLine(detail)} [${code}]`;
      logger.fatal({ event: "store-failed", code, detail: oneLine(detail) }, text);
      exitCode = EXIT_STORE_FAILED;
      ending.end();
    },
  });
  begun.defer(() => host.stop());
  const master = createRunningMaster({
    ...{ id, lending: values.lending, core, host, store, listeners, journal, mistakes, drainMs: command.drainMs },
    onDrained() {
      hasDrained = true;
      ending.end();
    },
  });
  const pushAt = values.pushPort === undefined ? [] : [{ host: bindHost, port: values.pushPort }];
  sayListening(logger, await host.start({ host: bindHost, port: values.port }, ...pushAt));
  if (store.former !== undefined) sayTakenOver(logger, store.former, core.load(host.now()));
  for (const at of pushAt) {
    logger.info({ event: "push-listening", ...at }, `push workers are served at ${formatEndpoint(at)}`);
  }
  if (command.http !== "off") {
    const http = begun.adopt(createHttpServer({ master, logger, orderToken: command.orderToken }), (opened) =>
      opened.close(),
    );
    const listening = await listenHttp(http, command.http);
    if ("code" in listening) return listening;
    host.tellHttp(listening);
    sayHttpListening(logger, listening, command.orderToken !== undefined);
  }
  begun.defer(() => master.setReadiness(exitCode === EXIT_STORE_FAILED ? "store-failed" : "stopping"));
  master.setReadiness("ready");
  await ending.asked;
  if (exitCode === 0 && !hasDrained) {
    master.setReadiness("draining");
    exitCode = await seeGuestsOff({ logger, core, host, drainMs: command.drainMs, crashed: crashed.promise });
  }
  await begun.disposeAsync();
  logger.info({ event: "stopped" }, "stopped");
  return exitCode;
}

/** Where it listens, or what is wrong with `--http`: a name without an address does not say whose it was. */
async function listenHttp(http: HttpServer, at: Endpoint): Promise<Endpoint | StartProblem> {
  try {
    return await http.listen(at);
  } catch (error) {
    return listenProblem(at, error, "--http", "--http");
  }
}

interface Leaving {
  readonly logger: Logger;
  readonly core: MasterNode;
  readonly host: MasterHost;
  readonly drainMs: DurationMs;
  /** Resolves with the exit code if a mistake of ours ends the master meanwhile. */
  readonly crashed: Promise<number>;
}

/**
 * Workers of others finish what they do here and go home, so that nobody has to find out by the end of a lease. A second
 * signal waits for nobody. What our own workers do goes on without us: they keep their results until we are back.
 */
async function seeGuestsOff({ logger, core, host, drainMs, crashed }: Leaving): Promise<number> {
  const guests = core.loans({ direction: "in", limit: 1 }, host.now()).filter(({ endedAt }) => endedAt === undefined);
  if (guests.length === 0) return 0;
  const again = createEnding();
  logger.info({ event: "draining" }, "borrowed workers finish and go home; a second signal does not wait for them");
  const over = await Promise.race([
    host.order({ type: "drain", forMs: drainMs, until: "guests" }).then(() => 0),
    again.asked.then(() => EXIT_CUT_SHORT),
    crashed,
  ]);
  again.dispose();
  return over;
}

/** Somebody who hears a notice and makes a mistake is no reason for the others not to hear it. */
const tellAll =
  (listeners: Iterable<(notice: Notice) => void>, mistakes: Mistakes) =>
  (notice: Notice): void => {
    for (const listener of listeners) {
      try {
        listener(notice);
      } catch (error) {
        mistakes.minor("notice", error);
      }
    }
  };

interface Shown {
  readonly id: NodeId;
  readonly logger: Logger;
  readonly core: MasterNode;
  readonly ending: Ending;
  readonly json: boolean;
}

/** The log, and what every node of ours prints of its peers. */
function listenersOf({ id, logger, core, ending, json }: Shown): readonly ((notice: Notice) => void)[] {
  const output = createStandardOutput(logger, ending.end);
  return [createNoticeLog(logger, () => performance.now()), createRegistryDisplay(id, core, json, output)];
}

const directoryOf = ({ dataDir }: CommandValues): string => resolve(typingFolder(), dataDir);

async function openStore(command: CommandValues): Promise<SqliteTaskStore> {
  return command.store === "memory"
    ? { ...createMemoryTaskStore(), former: undefined }
    : openSqliteTaskStore({ directory: directoryOf(command) });
}

/** Node says at which port it failed, and that tells which flag to change. */
function problemOf(error: unknown, values: MasterOptionValues): StartProblem {
  const port = typeof error === "object" && error !== null && "port" in error ? error.port : undefined;
  if (port !== undefined && port === values.pushPort) {
    return listenProblem({ host: values.host, port: values.pushPort }, error, "--push-port");
  }
  return listenProblem({ host: values.host, port: values.port }, error);
}
