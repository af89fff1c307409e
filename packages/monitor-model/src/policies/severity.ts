import type { MonitoredNotice } from "@mutirao/operator-api/monitor";

type Data = MonitoredNotice["data"];

const warnings: ReadonlySet<string> = new Set([
  "attempt-failed",
  "borrow-unanswered",
  "guest-refused",
  "id-shared",
  "line-refused",
  "master-silent",
  "order-refused",
  "promise-broken",
  "source-muted",
  "stalled",
  "store-refused",
  "worker-gone",
  "worker-id-shared",
  "worker-refused",
]);

const alarms: ReadonlySet<string> = new Set([
  "alarm-raised",
  "guest-unreturnable",
  "worker-astray",
  "worker-unreturnable",
]);

/** How grave a notice is for somebody who looks at many of them: by its kind, and by the state that it tells of. */
export function severityOf(kind: string, data: Data): MonitoredNotice["severity"] {
  if (alarms.has(kind) || data["to"] === "STALLED" || (kind === "loan-changed" && data["to"] === "lost"))
    return "alarm";
  if (warnings.has(kind) || data["to"] === "SATURATED" || data["to"] === "TIMEOUT") return "warning";
  return "info";
}
