import type { MonitorModel } from "@mutirao/monitor-model";
import { type ConnId, type Endpoint, unreachable } from "@mutirao/primitives";
import { decodeLine, type Message } from "@mutirao/protocol";
import {
  type CloseReason,
  type Transport,
  type TransportHandler,
  type TransportLimits,
  transportLimitDefaults,
} from "@mutirao/transport";
import { createTcpTransport } from "@mutirao/transport-tcp";
import { now } from "./live-feed.ts";

/** Takes load reports. Nothing is ever answered. */
export interface ReportPort {
  /** Resolves to the endpoint really bound; rejects as `Transport.listen` does. */
  listen(at: Endpoint): Promise<Endpoint>;
  stop(): Promise<void>;
}

/**
 * A report is the first line of its connection, and may be as long as a line may be. Many masters may be behind one
 * address, each with a connection per report.
 */
export const reportLimits: TransportLimits = {
  ...transportLimitDefaults,
  lineUnidentifiedMaxBytes: transportLimitDefaults.lineMaxBytes,
  connectionsPerSourceMax: 1_024,
  connectionsUnidentifiedMax: 1_024,
};

/** Bad lines after which a connection is closed. */
const BAD_LINES_MAX = 10;

interface Sender {
  readonly host: string;
  badLines: number;
}

export function createReportPort(model: MonitorModel, limits: TransportLimits = reportLimits): ReportPort {
  const senders = new Map<ConnId, Sender>();
  const transport: Transport = createTcpTransport({ limits, localHost: undefined }, handlerOf());

  function handlerOf(): TransportHandler {
    return {
      connOpened: (conn, { remote }) => void senders.set(conn, { host: remote.host, badLines: 0 }),
      lineReceived(conn, line) {
        const sender = senders.get(conn);
        if (sender === undefined) return;
        // Reading a line costs more than to take it: who floods is not read.
        if (model.admits(sender.host, line.length, now())) read(conn, sender, line);
        else leave(conn);
      },
      lineRefused(conn, violation) {
        const sender = senders.get(conn);
        if (sender !== undefined) model.onViolation(sender.host, violation, now());
      },
      connClosed(conn, reason) {
        const sender = senders.get(conn);
        senders.delete(conn);
        if (sender !== undefined && isBreach(reason)) {
          model.onViolation(sender.host, { code: reason.code, detail: reason.detail ?? "" }, now());
        }
      },
    };
  }

  const read = (conn: ConnId, sender: Sender, line: string): void => {
    const decoded = decodeLine(line);
    if ("message" in decoded && decoded.message.kind === "performance-report") {
      transport.identify(conn);
      model.onReport(decoded.message, sender.host, now());
      return;
    }
    const violation = "violation" in decoded ? decoded.violation : noReport(decoded.message);
    model.onViolation(sender.host, violation, now());
    sender.badLines++;
    if (violation.fatal || sender.badLines >= BAD_LINES_MAX) leave(conn);
  };
  /** What still arrives on it is of no interest any more. */
  const leave = (conn: ConnId): void => {
    senders.delete(conn);
    transport.close(conn);
  };

  return { listen: (at) => transport.listen(at), stop: () => transport.stop() };
}

const noReport = (message: Message) => ({
  code: "ERR_NOT_A_REPORT",
  detail: message.kind === "unknown" ? message.word : message.kind,
  fatal: false,
});

/** Whether a connection ended because its sender did not keep the rules. */
function isBreach({ code }: CloseReason): boolean {
  switch (code) {
    case "ERR_FIRST_LINE_TIMEOUT":
    case "ERR_LINE_TIMEOUT":
    case "ERR_CONN_LIMIT":
      return true;
    case "CONN_ENDED":
    case "CONN_CLOSED":
    case "ERR_CONN_RESET":
    case "ERR_IDLE_TIMEOUT":
    // Told as a line of its own.
    case "ERR_LINE_VIOLATION":
    case "ERR_DIAL_REFUSED":
    case "ERR_DIAL_UNREACHABLE":
    case "ERR_DIAL_TIMEOUT":
    case "ERR_DIAL_UNRESOLVED":
    case "ERR_DIAL_LOCAL":
    case "ERR_DIAL_LIMIT":
    case "ERR_SLOW_CONSUMER":
      return false;
    default:
      return unreachable(code);
  }
}
