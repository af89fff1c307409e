import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { monitoredMasterSchema } from "./master.ts";
import { alarmSchema, exchangeSchema, monitoredNoticeSchema } from "./notice.ts";
import { monitorStatusSchema, reportSourceSchema } from "./status.ts";
import { monitoredLoanSchema, monitoredWorkerSchema } from "./worker.ts";

const parts = {
  status: monitorStatusSchema,
  masters: z.array(monitoredMasterSchema),
  workers: z.array(monitoredWorkerSchema),
  loans: z.array(monitoredLoanSchema),
  notices: described(z.array(monitoredNoticeSchema), "The latest last."),
  exchanges: described(z.array(exchangeSchema), "The latest last."),
  alarms: described(z.array(alarmSchema), "Those that stand, and the latest that were cleared."),
  sources: z.array(reportSourceSchema),
};

const status = {
  ...{ version: "0.1.0", startedAt: "2026-11-24T15:00:00.000Z", now: "2026-11-24T15:31:12.345Z" },
  ...{ listening: "127.0.0.1:9190", isCutOff: false, lastReportAt: null, reports: 0, violations: 0, dropped: 0 },
  ...{ mastersRefused: 0, history: { state: "off" as const, why: null }, replay: null, webhook: null },
};
const nothing = { masters: [], workers: [], loans: [], notices: [], exchanges: [], alarms: [], sources: [] };

export const monitorSnapshotSchema = named(
  "MonitorSnapshot",
  "Everything that the monitor knows now.",
  [{ status, ...nothing }],
  z.object(parts),
);

export const monitorDeltaSchema = named(
  "MonitorDelta",
  "What has changed since the event before: each item stands for the whole of it, and takes the place of that before.",
  [{ status, ...nothing, gone: { masters: ["master-a"], workers: [], loans: [], alarms: [] } }],
  z.object({
    ...parts,
    gone: described(
      z.object({
        masters: z.array(z.string()),
        workers: z.array(z.string()),
        loans: z.array(z.string()),
        alarms: z.array(z.string()),
      }),
      "What is known no more: masters by id, the others by key.",
    ),
  }),
);

export type MonitorSnapshot = z.infer<typeof monitorSnapshotSchema>;
export type MonitorDelta = z.infer<typeof monitorDeltaSchema>;
