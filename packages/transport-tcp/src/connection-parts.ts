import type { InstantMs } from "@mutirao/primitives";
import type { CloseReason, TransportHandler, TransportLimits } from "@mutirao/transport";
import { createConnectionDeadlines } from "./connection-deadlines.ts";
import { type ConnectionInput, createConnectionInput } from "./connection-input.ts";
import { type ConnectionLifecycle, createConnectionLifecycle } from "./connection-lifecycle.ts";
import { type ConnectionOutput, createConnectionOutput } from "./connection-output.ts";
import type { DeadlineWatch } from "./deadline-watch.ts";
import { pauseFor, type TcpConnection } from "./tcp-connection.ts";

/** The parts that work on connections, wired together: each tells the others what it found. */
export interface ConnectionParts {
  readonly deadlines: DeadlineWatch;
  readonly output: ConnectionOutput;
  readonly lifecycle: ConnectionLifecycle;
}

export interface ConnectionPartsOptions {
  readonly limits: TransportLimits;
  readonly clock: () => InstantMs;
  readonly handler: TransportHandler;
  /** The last that is heard of a connection; the handler has not been told yet. */
  readonly onClosed: (connection: TcpConnection, reason: CloseReason) => void;
}

export function createConnectionParts({ limits, clock, handler, onClosed }: ConnectionPartsOptions): ConnectionParts {
  const deadlines = createConnectionDeadlines({
    limits,
    clock,
    onOutlived: (connection) => lifecycle.outlived(connection),
    onRateResumes: (connection) => input.resume(connection, pauseFor.rate),
    onGraceEnded: (connection) => lifecycle.graceEnded(connection),
    onExpired: (connection, code) => lifecycle.abort(connection, { code }),
  });
  const { watch } = deadlines;

  const output = createConnectionOutput({
    limits,
    clock,
    onDrained: (connection) => input.resume(connection, pauseFor.output),
    onTooMuch: (connection) => lifecycle.abort(connection, { code: "ERR_SLOW_CONSUMER" }),
  });
  const { flush } = output;

  const input: ConnectionInput = createConnectionInput({
    limits,
    clock,
    onLine: (conn, line) => handler.lineReceived(conn, line),
    onViolation(connection, violation, now) {
      handler.lineRefused(connection.conn, violation);
      lifecycle.finish(connection, { code: "ERR_LINE_VIOLATION", detail: violation.code }, now);
    },
    onInputEnded: ({ conn }) => handler.inputEnded?.(conn),
    onExhausted: (connection, now) => lifecycle.finish(connection, { code: "CONN_ENDED" }, now),
    flush,
    watch,
  });

  const lifecycle: ConnectionLifecycle = createConnectionLifecycle({
    limits,
    onOpened: (conn, info) => handler.connOpened(conn, info),
    onBytes: input.bytesArrived,
    onInputEnded: input.ended,
    onClosed,
    flush,
    watch,
  });

  return { deadlines, output, lifecycle };
}
