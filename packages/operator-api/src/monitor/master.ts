import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "../schemas/moment.ts";

/** A figure that may not be known. What is shared has no description of its own: the last one would count for all. */
export const figure = z.number().nullable();

const peerExample = { id: "master-b", at: "127.0.0.1:9102", status: "ALIVE", lastSeenAt: "2026-11-24T15:31:12.345Z" };

export const seenPeerSchema = named(
  "SeenPeer",
  "Another master, as one master sees it.",
  [peerExample],
  z.object({
    id: z.string(),
    at: described(z.string().nullable(), "`host:port`, if it is told."),
    status: described(z.string(), "ALIVE, TIMEOUT or NEVER_SEEN; of a foreign master ALIVE or TIMEOUT only."),
    lastSeenAt: moment.nullable(),
  }),
);

const workerCountsSchema = named(
  "WorkerCounts",
  "The workers of a master, counted; null: not known.",
  [{ total: 4, alive: 4, idle: 1, owned: 3, lent: 0, borrowed: 1, failed: 0, utilization: 0.75 }],
  z.object({
    total: figure,
    alive: figure,
    idle: figure,
    owned: described(z.number().nullable(), "Its own that are here."),
    lent: described(z.number().nullable(), "Its own that are elsewhere."),
    borrowed: described(z.number().nullable(), "Others' that are here."),
    failed: figure,
    utilization: described(z.number().nullable(), "Busy workers per worker alive, 0 to 1."),
  }),
);

const systemExample = {
  uptimeS: 3_600,
  loadAverage1m: 0.5,
  loadAverage5m: 0.25,
  cpuPercent: 12.5,
  cpusLogical: 8,
  cpusPhysical: 4,
  memoryTotalMb: 16_000,
  memoryAvailableMb: 8_000,
  memoryPercent: 50,
  memoryUsedMb: 8_000,
  diskTotalGb: 500,
  diskFreeGb: 125,
  diskPercent: null,
};

const machineSchema = named(
  "Machine",
  "The machine of a master, as it reports it; null: not known.",
  [systemExample],
  z.object({
    uptimeS: figure,
    loadAverage1m: figure,
    loadAverage5m: figure,
    cpuPercent: figure,
    cpusLogical: figure,
    cpusPhysical: figure,
    memoryTotalMb: figure,
    memoryAvailableMb: figure,
    memoryPercent: figure,
    memoryUsedMb: figure,
    diskTotalGb: figure,
    diskFreeGb: figure,
    diskPercent: figure,
  }),
);

export const monitoredMasterSchema = named(
  "MonitoredMaster",
  "A master as it last reported itself. Figures that are null are not known.",
  [
    {
      ...{ id: "master-a", source: "127.0.0.1", isOurs: true, http: "127.0.0.1:10101", isFollowed: true },
      ...{ freshness: "fresh", heardAt: "2026-11-24T15:31:12.345Z", intervalMs: 10_000, reports: 7 },
      ...{ clockSkewMs: 3, state: "SATURATED", causes: ["backlog"], since: "2026-11-24T15:31:10.000Z" },
      ...{ isInferred: false, backlog: 12, backlogHigh: 10, backlogLow: 4, running: 4, slots: 4, busySlots: 4 },
      ...{ estimatedWaitMs: 3_000, oldestWaitMs: 810, waitHighMs: null, waitLowMs: null, waitP50Ms: null },
      ...{ waitP99Ms: null, throughputPerS: 4, arrivalsPerS: 6.2, serviceMs: 1_000 },
      workers: { total: 4, alive: 4, idle: 1, owned: 3, lent: 0, borrowed: 1, failed: 0, utilization: 0.75 },
      machine: systemExample,
      peers: [peerExample],
      peersLeftOut: 0,
    },
  ],
  z.object({
    id: z.string(),
    source: described(z.string(), "The address from which its last report came."),
    isOurs: described(z.boolean(), "Whether it says more than the class has words for."),
    http: described(z.string().nullable(), "`host:port` of its own HTTP API, as it says."),
    isFollowed: described(z.boolean(), "Whether its event stream is read."),
    freshness: described(
      z.enum(["fresh", "stale", "gone"]),
      "stale: older than two intervals, its figures are the past; gone: so old that it should be folded away.",
    ),
    heardAt: described(moment, "When its last report came, by the monitor's clock."),
    intervalMs: described(z.number(), "The time between its reports: as it says, or as they came."),
    reports: described(z.int(), "How many came since the monitor began."),
    clockSkewMs: described(z.number().nullable(), "How far its clock is ahead of the monitor's (behind: negative)."),
    state: z.enum(["NORMAL", "SATURATED", "STALLED", "UNKNOWN"]),
    causes: described(z.array(z.string()), "The terms that tripped."),
    since: described(moment.nullable(), "When the state was entered; of an inferred one, when it was first seen."),
    isInferred: described(z.boolean(), "The master does not say its state: it is read off its figures."),
    backlog: described(z.number().nullable(), "Tasks that wait."),
    backlogHigh: described(z.number().nullable(), "The state is SATURATED above it."),
    backlogLow: described(z.number().nullable(), "It is left below it."),
    running: figure,
    slots: figure,
    busySlots: figure,
    estimatedWaitMs: figure,
    oldestWaitMs: figure,
    waitHighMs: figure,
    waitLowMs: figure,
    waitP50Ms: figure,
    waitP99Ms: figure,
    throughputPerS: figure,
    arrivalsPerS: figure,
    serviceMs: figure,
    workers: workerCountsSchema,
    machine: machineSchema,
    peers: z.array(seenPeerSchema),
    peersLeftOut: described(z.int(), "Peers that are not in the list."),
  }),
);

export const monitoredMasterListSchema = named(
  "MonitoredMasterList",
  "The masters, by their ids.",
  [[]],
  z.array(monitoredMasterSchema),
);

export type SeenPeer = z.infer<typeof seenPeerSchema>;
export type MonitoredMaster = z.infer<typeof monitoredMasterSchema>;
export type Machine = z.infer<typeof machineSchema>;
export type WorkerCounts = z.infer<typeof workerCountsSchema>;
