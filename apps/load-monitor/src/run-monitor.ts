import { resolve } from "node:path";
import { createEnding, createLogger, listenProblem, typingFolder } from "@mutirao/command";
import { createMonitorModel, type MonitorModel } from "@mutirao/monitor-model";
import type { OptionValues } from "@mutirao/node-core";
import type { MonitorStatus } from "@mutirao/operator-api/monitor";
import { type Endpoint, epochMs, formatEndpoint, isLoopback } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import type { Logger } from "pino";
import type { cliOptions } from "./cli-options.ts";
import type { Feed } from "./feed.ts";
import { createFollowers } from "./follow/followers.ts";
import { type History, openHistory } from "./history/history.ts";
import { createMonitorServer } from "./http/monitor-server.ts";
import { readPage } from "./http/static-page.ts";
import { createLiveFeed, now } from "./live-feed.ts";
import { MonitorError } from "./monitor-errors.ts";
import { buildPage, isPageDue, pageFolder } from "./page-build.ts";
import { openReplay } from "./replay/replay-feed.ts";
import { createReportPort } from "./report-port.ts";
import { createWebhook, type Webhook } from "./webhook.ts";

export type MonitorValues = OptionValues<typeof cliOptions>;

/** One line for the person who started the monitor. */
interface StartProblem {
  readonly code: string;
  readonly message: string;
}

const WORKERS_MAX = 20_000;
const LOANS_MAX = 5_000;
const HISTORY_MAX_BYTES = 1_024 * 1_024 * 1_024;

/** Runs a monitor until it is asked to end. Gives its exit code, or why it could not begin. */
export async function runMonitor(values: MonitorValues, version: string): Promise<number | StartProblem> {
  const logger = createLogger(values.logLevel, {});
  try {
    await serve(values, version, logger);
  } catch (error) {
    if (error instanceof MonitorError) return { code: error.code, message: error.message.replaceAll(/\s+/g, " ") };
    return problemOf(error, values);
  }
  logger.info({ event: "stopped" }, "stopped");
  return 0;
}

/** Whatever has begun is ended, in the opposite order, whichever step fails. */
async function serve(values: MonitorValues, version: string, logger: Logger): Promise<void> {
  await using begun = new AsyncDisposableStack();
  const ending = begun.adopt(createEnding(), (opened) => opened.dispose());
  const { feed, history } =
    values.replay === undefined
      ? await beginLive(values, version, logger, begun)
      : { feed: await beginReplay(values.replay, values.speed, begun), history: undefined };
  if (isPageDue()) await makePage(logger);
  const server = createMonitorServer({ feed, history, page: readPage(pageFolder), logger });
  begun.defer(() => server.close());
  sayServing(logger, await server.listen(values.http));
  await ending.asked;
}

/** In a clone, whoever starts the monitor finds the page without a command of its own. */
async function makePage(logger: Logger): Promise<void> {
  logger.info({ event: "page-building" }, "the page is being built");
  try {
    await buildPage();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    logger.error({ event: "page-not-built", why }, "the page could not be built; everything else works");
  }
}

async function beginReplay(file: string, speed: number, begun: AsyncDisposableStack): Promise<Feed> {
  const feed = await openReplay({ file: resolve(typingFolder(), file), speed });
  begun.defer(() => feed.stop());
  return feed;
}

interface Live {
  readonly feed: Feed;
  readonly history: History | undefined;
}

async function beginLive(
  values: MonitorValues,
  version: string,
  logger: Logger,
  begun: AsyncDisposableStack,
): Promise<Live> {
  const model = createMonitorModel({ mastersMax: values.mastersMax, workersMax: WORKERS_MAX, loansMax: LOANS_MAX });
  const history = values.history === "off" ? undefined : await beginHistory(values, model, logger);
  if (history !== undefined) begun.defer(() => history.close());
  const webhook = values.webhook === undefined ? undefined : beginWebhook(values.webhook, version, model, logger);
  begun.defer(() => webhook?.stop());
  const startedAt = formatIsoTime(epochMs(Date.now()));
  let listening: string | null = null;
  const status = () => ({
    version,
    startedAt,
    listening,
    history: history?.state ?? off,
    webhook: webhook?.figures ?? null,
  });
  const feed = createLiveFeed({ model, status });
  begun.defer(() => feed.stop());
  if (history !== undefined) {
    model.restore(await history.past(), now());
    feed.onDelta(history.onDelta);
  }
  feed.onDelta(({ alarms }) => {
    for (const alarm of alarms) webhook?.send(alarm);
  });
  if (values.follow === "on") {
    const followers = createFollowers(model);
    feed.onDelta(followers.onDelta);
    begun.defer(() => followers.stop());
  }
  const port = createReportPort(model);
  begun.defer(() => port.stop());
  const at = await port.listen(values.listen);
  listening = formatEndpoint(at);
  sayListening(logger, at);
  return { feed, history };
}

const off: MonitorStatus["history"] = { state: "off", why: null };

function beginHistory({ dataDir }: MonitorValues, model: MonitorModel, logger: Logger): Promise<History> {
  const directory = resolve(typingFolder(), dataDir);
  return openHistory({
    directory,
    fileMaxBytes: HISTORY_MAX_BYTES,
    onTurn(failure) {
      if (failure === undefined) {
        logger.info({ event: "history-kept" }, "what happens is kept again");
        model.tell("history-kept", {}, now());
        return;
      }
      const { code, message } = failure;
      logger.error({ event: "history-failed", code }, `what happens now is not kept: ${message}`);
      model.tell("history-failed", { code, message }, now());
    },
  });
}

const beginWebhook = (url: string, version: string, model: MonitorModel, logger: Logger): Webhook =>
  createWebhook({
    url,
    version,
    onFailed({ key, kind, master }, why) {
      logger.warn(
        { event: "webhook-failed", key, why },
        `the alarm ${kind} of ${master} could not be handed on: ${why}`,
      );
      model.tell("webhook-failed", { kind, master, why }, now());
    },
  });

function sayListening(logger: Logger, at: Endpoint): void {
  const { host, port } = at;
  logger.info({ event: "listening", host, port }, `load reports are taken at ${formatEndpoint(at)}`);
  if (isLoopback(host)) return;
  const text = `${formatEndpoint(at)} is open to the network: anyone who can reach it can make masters up`;
  logger.warn({ event: "open-to-network", host, port }, text);
}

function sayServing(logger: Logger, at: Endpoint): void {
  const { host, port } = at;
  logger.info({ event: "http-listening", host, port }, `the page is at http://${formatEndpoint(at)}`);
  if (isLoopback(host)) return;
  const text = `http://${formatEndpoint(at)} is open to the network: anyone who can reach it sees everything`;
  logger.warn({ event: "http-open-to-network", host, port }, text);
}

/** Node says at which port it failed, and that tells which flag to change. */
function problemOf(error: unknown, { http, listen }: MonitorValues): StartProblem {
  // What the system says has a code; anything else is a mistake of ours.
  if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
  const port = "port" in error ? error.port : undefined;
  return port === http.port && port !== listen.port
    ? listenProblem(http, error, "--http", "--http")
    : listenProblem(listen, error, "--listen", "--listen");
}
