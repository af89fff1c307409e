import {
  after,
  type ConnId,
  createDeadlineQueue,
  type DurationMs,
  type Endpoint,
  type InstantMs,
} from "@mutirao/primitives";
import type { Message, SendableMessage } from "@mutirao/protocol";
import type { ConnNumbers } from "../conn-numbers.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { Conversation } from "./conversation.ts";

/** Short conversations that we begin: a connection of its own, one line of ours, and what is answered to it. */
export interface Exchanges {
  /** Begins one; `undefined` if too many are under way, in all or to this address: then it is for the caller to try again. */
  open(order: ExchangeOrder, now: InstantMs): Exchange | undefined;
  /** Ends it; nothing more is said of it. */
  end(exchange: Exchange): void;
  /** It was answered, and what else there is to come does so within this time. */
  expectWithin(exchange: Exchange, forMs: DurationMs, now: InstantMs): void;
  onDialSucceeded(conn: ConnId): void;
  /** Whether the message belongs to an exchange; if so it is dealt with. */
  onMessage(conn: ConnId, message: Message, now: InstantMs): boolean;
  onClosed(conn: ConnId, now: InstantMs): void;
  /** Answers may be waiting, unread. */
  onResumed(now: InstantMs): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface ExchangeOrder {
  readonly to: Endpoint;
  /** What the other side is called by those who look on. */
  readonly name: string;
  readonly message: SendableMessage;
  /** What the message follows from, where it does not say so itself. */
  readonly why?: string | undefined;
  readonly forMs: DurationMs;
  /** Nobody answers: the connection ends when the line is said. */
  readonly isOneWay?: true;
  /** An answer, or what looks like one. `more`: others may follow on the connection. */
  readonly onMessage: (message: Message, now: InstantMs) => "more" | "done";
  /** The connection ended, or the time is over. Not called after `done`, nor after `end`. */
  readonly onEnd: (now: InstantMs) => void;
}

export interface Exchange {
  readonly conn: ConnId;
  readonly order: ExchangeOrder;
}

/**
 * Under way at once, in all and to one address (shared by all that is said to a peer but beats). An ask that stands is one
 * for as long as it does, and there may be one at each of 256 peers; there must be room for as much again, or guests that
 * are to go home would wait until asks are over.
 */
const EXCHANGES_MAX = 512;
const EXCHANGES_PER_ADDRESS_MAX = 4;

export function createExchanges(outbox: MasterOutbox, conns: ConnNumbers, conversation: Conversation): Exchanges {
  const open = new Map<ConnId, Exchange>();
  const overdue = createDeadlineQueue<Exchange>();

  const forget = (exchange: Exchange): void => {
    open.delete(exchange.conn);
    overdue.cancel(exchange);
  };
  const close = (exchange: Exchange): void => {
    forget(exchange);
    outbox.emit({ type: "close", conn: exchange.conn });
  };
  const countTo = ({ host, port }: Endpoint): number => {
    let count = 0;
    for (const { order } of open.values()) if (order.to.host === host && order.to.port === port) count++;
    return count;
  };

  return {
    open(order, now) {
      if (open.size >= EXCHANGES_MAX || countTo(order.to) >= EXCHANGES_PER_ADDRESS_MAX) return undefined;
      const exchange: Exchange = { conn: conns.next(), order };
      open.set(exchange.conn, exchange);
      overdue.schedule(exchange, after(now, order.forMs));
      outbox.emit({ type: "dial", conn: exchange.conn, to: order.to });
      return exchange;
    },
    end(exchange) {
      if (open.has(exchange.conn)) close(exchange);
    },
    expectWithin(exchange, forMs, now) {
      if (open.has(exchange.conn)) overdue.schedule(exchange, after(now, forMs));
    },
    onDialSucceeded(conn) {
      const exchange = open.get(conn);
      if (exchange === undefined) return;
      const { name, message, why, isOneWay } = exchange.order;
      outbox.emit({ type: "send", conn, message });
      conversation.sent(name, message, why);
      if (isOneWay) close(exchange);
    },
    onMessage(conn, message, now) {
      const exchange = open.get(conn);
      if (exchange === undefined) return false;
      conversation.received(exchange.order.name, message);
      if (exchange.order.onMessage(message, now) === "done" && open.has(conn)) close(exchange);
      return true;
    },
    onClosed(conn, now) {
      const exchange = open.get(conn);
      if (exchange === undefined) return;
      forget(exchange);
      exchange.order.onEnd(now);
    },
    onResumed(now) {
      for (const exchange of open.values()) overdue.schedule(exchange, after(now, exchange.order.forMs));
    },
    wake(now) {
      for (let exchange = overdue.takeDue(now); exchange !== undefined; exchange = overdue.takeDue(now)) {
        close(exchange);
        exchange.order.onEnd(now);
      }
    },
    nextDeadline: () => overdue.nextDeadline(),
  };
}
