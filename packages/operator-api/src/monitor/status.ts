import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "../schemas/moment.ts";

export const reportSourceSchema = named(
  "ReportSource",
  "An address from which lines come, and what was wrong with them.",
  [
    {
      ...{ host: "10.0.0.7", reports: 12, violations: 3, dropped: 0, byCode: { ERR_LINE_NOT_JSON: 3 } },
      ...{ lastCode: "ERR_LINE_NOT_JSON", lastDetail: "not JSON: hello", lastViolationAt: "2026-11-24T15:31:12.345Z" },
    },
  ],
  z.object({
    host: z.string(),
    reports: z.int(),
    violations: described(z.int(), "Lines that were no reports."),
    dropped: described(z.int(), "Reports that came faster than they are taken."),
    byCode: z.record(z.string(), z.int()),
    lastCode: z.string().nullable(),
    lastDetail: described(z.string().nullable(), "What was found, safe to print."),
    lastViolationAt: moment.nullable(),
  }),
);

export const reportSourceListSchema = named(
  "ReportSourceList",
  "The addresses, those with the most violations first.",
  [[]],
  z.array(reportSourceSchema),
);

export const monitorStatusSchema = named(
  "MonitorStatus",
  "How the monitor itself is.",
  [
    {
      ...{ version: "0.1.0", startedAt: "2026-11-24T15:00:00.000Z", now: "2026-11-24T15:31:12.345Z" },
      ...{ listening: "127.0.0.1:9190", isCutOff: false, lastReportAt: "2026-11-24T15:31:12.345Z", reports: 12 },
      ...{ violations: 3, dropped: 0, mastersRefused: 0, history: { state: "on", why: null }, replay: null },
      webhook: { waiting: 0, delivered: 1, failed: 0 },
    },
  ],
  z.object({
    version: z.string(),
    startedAt: moment,
    now: described(moment, "The monitor's clock, or that of the recording: ages are told by it."),
    listening: described(z.string().nullable(), "Where reports are taken; null while a recording is played."),
    isCutOff: described(
      z.boolean(),
      "Every master fell silent at about the same time: it is more likely the monitor that is cut off.",
    ),
    lastReportAt: moment.nullable(),
    reports: z.int(),
    violations: z.int(),
    dropped: z.int(),
    mastersRefused: described(z.int(), "Masters that were forgotten for want of room."),
    history: z.object({
      state: described(z.enum(["on", "off", "failed"]), "failed: what happens now is not kept, for the reason given."),
      why: z.string().nullable(),
    }),
    replay: described(
      z.object({ speed: z.number(), isOver: z.boolean() }).nullable(),
      "A recording is played: nothing of this happens now.",
    ),
    webhook: z.object({ waiting: z.int(), delivered: z.int(), failed: z.int() }).nullable(),
  }),
);

export type ReportSource = z.infer<typeof reportSourceSchema>;
export type MonitorStatus = z.infer<typeof monitorStatusSchema>;
