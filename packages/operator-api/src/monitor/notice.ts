import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "../schemas/moment.ts";

export const monitoredNoticeSchema = named(
  "MonitoredNotice",
  "Something that a master, or the monitor itself, had to tell.",
  [
    {
      ...{ n: 17, at: "2026-11-24T15:31:12.345Z", master: "master-a", kind: "load-changed", severity: "warning" },
      data: { from: "NORMAL", to: "SATURATED", causes: ["backlog"] },
    },
  ],
  z.object({
    n: described(z.int(), "Counts up with every notice."),
    at: moment,
    master: described(z.string().nullable(), "null: the monitor itself."),
    kind: z.string(),
    severity: z.enum(["info", "warning", "alarm"]),
    data: described(
      z.record(z.string(), z.unknown()),
      "What the master said, whatever it is, and `peerId`, where its `peer` is the address of a known master. Texts in it are " +
        "foreign.",
    ),
  }),
);

export const monitoredNoticeListSchema = named(
  "MonitoredNoticeList",
  "Notices, the latest first.",
  [[]],
  z.array(monitoredNoticeSchema),
);

export const exchangeSchema = named(
  "Exchange",
  "One message between masters, or to a worker, of the conversation about loans.",
  [
    {
      ...{ n: 3, at: "2026-11-24T15:31:12.345Z", toldBy: "master-a", from: "master-a", to: "master-b" },
      ...{ word: "WORKER_REQUEST", count: 2, workers: [], why: null },
      line: '{"TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"127.0.0.1","port":9101,"needed":2}}',
      ...{ bytes: 84, isCut: false },
    },
  ],
  z.object({
    n: described(z.int(), "Counts up with every exchange."),
    at: moment,
    toldBy: described(z.string(), "The master that told it: each side may tell the same message."),
    from: z.string(),
    to: z.string(),
    word: described(z.string(), "The TASK or RESPONSE of the message."),
    count: described(z.number().nullable(), "How many workers it is about."),
    workers: z.array(z.string()),
    why: described(z.string().nullable(), "Why it was answered so."),
    line: described(
      z.string().nullable(),
      "The message exactly as it went over the wire, without its newline: 2,048 characters at most. It is foreign text.",
    ),
    bytes: described(z.number().nullable(), "Bytes of the whole line, without its newline."),
    isCut: described(z.boolean(), "The line is longer than what is shown of it."),
  }),
);

export const exchangeListSchema = named("ExchangeList", "Messages, the latest first.", [[]], z.array(exchangeSchema));

export const alarmKinds = ["STALLED", "WORKER_ASTRAY", "WORKER_UNRETURNABLE", "PEER_FLAPPING"] as const;

export const alarmSchema = named(
  "Alarm",
  "Something that somebody should look at.",
  [
    {
      ...{ key: '["STALLED","master-a",null]', kind: "STALLED", master: "master-a", subject: null },
      ...{ since: "2026-11-24T15:31:12.345Z", clearedAt: null, text: "master-a is STALLED: 12 tasks wait" },
    },
  ],
  z.object({
    key: described(z.string(), "Names it while it stands."),
    kind: described(
      z.enum(alarmKinds),
      "STALLED: tasks wait and no worker is there; WORKER_ASTRAY: a worker is on loan and nobody has it, or two masters " +
        "have it; WORKER_UNRETURNABLE: it does not heed the order to go home; PEER_FLAPPING: a peer comes and goes.",
    ),
    master: z.string(),
    subject: described(z.string().nullable(), "The worker, or the peer."),
    since: moment,
    clearedAt: described(moment.nullable(), "null: it stands."),
    text: z.string(),
  }),
);

export const alarmListSchema = named("AlarmList", "Alarms, the latest first.", [[]], z.array(alarmSchema));

export type MonitoredNotice = z.infer<typeof monitoredNoticeSchema>;
export type Exchange = z.infer<typeof exchangeSchema>;
export type Alarm = z.infer<typeof alarmSchema>;
export type AlarmKind = (typeof alarmKinds)[number];
