import { durationMs, type Endpoint, type InstantMs } from "@mutirao/primitives";
import type { Redirect, Return } from "@mutirao/protocol";
import type { MasterOutbox } from "../outbox.ts";
import type { WorkerRecord } from "../worker-record.ts";
import type { Conversation } from "./conversation.ts";
import type { ExchangeOrder, Exchanges } from "./exchanges.ts";

export interface OrderTools {
  readonly outbox: MasterOutbox;
  readonly exchanges: Exchanges;
  readonly conversation: Conversation;
}

/**
 * How an order reaches a worker: on its connection if it has one for life, by dialling it if it listens, else as the
 * answer to its next ALIVE. An order is never believed to have arrived: what the worker does tells.
 *
 * @returns whether it is said; if not, it is due when the worker asks for work.
 */
export function sayOrder(
  { outbox, exchanges, conversation }: OrderTools,
  worker: WorkerRecord,
  order: Redirect | Return,
  now: InstantMs,
): boolean {
  const { style, conn } = worker;
  if (style === "session" || style === "push") {
    if (conn === undefined) return false;
    outbox.emit({ type: "send", conn, message: order });
    conversation.sent(worker.name, order);
    return true;
  }
  const to = orderPortOf(worker);
  return to !== undefined && dialOrder(exchanges, { to, name: worker.name }, order, now);
}

/** Where a worker takes orders, if it listens for them. */
export const orderPortOf = ({ style, at, port }: WorkerRecord): Endpoint | undefined =>
  style === "pull-with-port" && port !== undefined ? { host: at.host, port } : undefined;

/** @returns whether the port is dialled; what becomes of that nobody knows. */
export function dialOrder(
  exchanges: Exchanges,
  whom: Pick<ExchangeOrder, "to" | "name">,
  message: Redirect | Return,
  now: InstantMs,
): boolean {
  const ignore = { onMessage: (): "more" => "more", onEnd: (): void => {} };
  return exchanges.open({ ...whom, message, forMs: DELIVERY_MS, isOneWay: true, ...ignore }, now) !== undefined;
}

/** For the worker to take the line, and to end the connection. */
const DELIVERY_MS = durationMs(2_000);
