import { epochMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import { formatIsoTime } from "../iso-time.ts";
import { ITEMS_MAX, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { FarmFigures, NeighbourFigures, PerformanceReport, SystemFigures } from "../messages.ts";
import { asciiJson, printable } from "../printable.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { ID_MAX, idField, readFields } from "./fields.ts";
import { figureOf, readReportExtension, timeOf, writeReportExtension } from "./report-extension.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({ server_uuid: idField });

const NO_SYSTEM = readSystem({});
const NO_FARM = readFarm({});

/** How loaded a node is, for whoever supervises it. */
export const performanceReport: TaskSpec<PerformanceReport> = {
  kind: "performance-report",
  meaning:
    "A master tells a supervisor how its machine and its farm are, on a new connection each time; it is never answered. Keys " +
    "that the class misspells are sent in both spellings and read in either, and the parts of the report are read under " +
    "performance or beside it. Only server_uuid has to be there: a figure that is missing, negative or no number is not " +
    "known, a time that cannot be read is never, and a neighbour without an id is left out. As many neighbours are sent as " +
    "the line can hold. A master of ours adds in EXT what the class has no words for: the state of its load and why, more " +
    "figures, where its HTTP API is, and its peers, workers, loans and latest notices, as many as fit.",
  words: { task: ["performance_report"] },
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const nested = partOf(fields, "performance");
    const part = (name: string): WireObject => ({ ...partOf(fields, name), ...partOf(nested, name) });
    const list = nested["neighbors"] ?? fields["neighbors"];
    const thresholds = part("config_thresholds");
    return {
      kind: "performance-report",
      from: nodeId(read.fields.server_uuid),
      sentAt: timeOf(fields["timestamp"]),
      messageId: textOf(fields["mensage_id"] ?? fields["message_id"]),
      system: readSystem(part("system")),
      farm: readFarm(part("farm_state")),
      maxTask: figureOf(thresholds["max_task"] ?? thresholds["max_queue"]),
      neighbours: Array.isArray(list) ? list.flatMap(readNeighbour) : [],
      extension: readReportExtension(fields),
    };
  },
  encode(message) {
    const { from, sentAt, messageId, system, farm, maxTask } = message;
    const words = message.extension === undefined ? undefined : writeReportExtension(message.extension);
    return {
      server_uuid: from,
      task: "performance_report",
      timestamp: sentAt === undefined ? undefined : formatIsoTime(sentAt),
      mensage_id: messageId,
      message_id: messageId,
      performance: {
        system: writeSystem(system),
        farm_state: writeFarm(farm),
        config_thresholds: { max_task: maxTask, max_queue: maxTask },
        neighbors: writeNeighbours(message.neighbours, words === undefined ? 0 : asciiJson(words).length),
      },
      EXT: words,
    };
  },
  lineMaxBytes: () => SESSION_LINE_MAX_BYTES,
  examples: [
    {
      line:
        '{"server_uuid":"m1","task":"performance_report","timestamp":"2026-11-03T12:34:56.789Z","mensage_id":"77aa",' +
        '"message_id":"77aa","performance":{"system":{"uptime_seconds":3600,"load_average_1m":0.5,"load_average_5m":0.25,' +
        '"cpu":{"usage_percent":12.5,"count_logical":8,"count_physical":4},"memory":{"total_mb":16000,"available_mb":8000,' +
        '"percent_used":50,"memory_used":8000},"disk":{"total_gb":500,"free_gb":125,"percent_used":75}},"farm_state":{' +
        '"workers":{"total_registered":4,"workers_utilization":0.5,"workers_alive":4,"workers_idle":2,"workers_borrowed":1,' +
        '"workers_recieved":1,"workers_received":1,"workers_failed":3},"tasks":{"tasks_pending":7,"tasks_running":2}},' +
        '"config_thresholds":{"max_task":10,"max_queue":10},"neighbors":[{"server_uuid":"m2","status":"available",' +
        '"last_heartbeat":"2026-11-03T12:34:55.000Z"},{"server_uuid":"m3","status":"unavailable","last_heartbeat":null}]}}',
      message: {
        kind: "performance-report",
        from: nodeId("m1"),
        sentAt: epochMs(1_793_709_296_789),
        messageId: "77aa",
        system: {
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
          diskPercent: 75,
        },
        farm: {
          workersTotal: 4,
          workersUtilization: 0.5,
          workersAlive: 4,
          workersIdle: 2,
          workersBorrowed: 1,
          workersReceived: 1,
          workersFailed: 3,
          tasksPending: 7,
          tasksRunning: 2,
        },
        maxTask: 10,
        neighbours: [
          { id: nodeId("m2"), isAvailable: true, lastHeartbeatAt: epochMs(1_793_709_295_000) },
          { id: nodeId("m3"), isAvailable: false, lastHeartbeatAt: undefined },
        ],
        extension: undefined,
      },
    },
    {
      line:
        '{"server_uuid":"m1","task":"performance_report","timestamp":"2026-11-03T12:34:56.789Z","mensage_id":"77aa",' +
        '"message_id":"77aa","performance":{"system":{"cpu":{},"memory":{},"disk":{}},"farm_state":{"workers":{},"tasks":{' +
        '"tasks_pending":12}},"config_thresholds":{"max_task":10,"max_queue":10},"neighbors":[]},"EXT":{"v":1,' +
        '"state":"SATURATED","causes":["backlog"],"since":"2026-11-03T12:34:50.000Z","http":"127.0.0.1:10101","figures":{' +
        '"intervalMs":10000,"backlogHigh":10,"backlogLow":4,"estimatedWaitMs":6000,"throughputPerS":2,"slots":4,' +
        '"busySlots":4},"peers":[{"id":"m2","at":"127.0.0.1:9102","status":"ALIVE","lastSeenAt":' +
        '"2026-11-03T12:34:55.000Z"}],"workers":[{"id":"w1","status":"ALIVE","slots":4,"busy":4,"owner":null}],"loans":[{' +
        '"id":"l1","worker":"w7","lender":"m2","borrower":"m1","state":"here","endsAt":"2026-11-03T12:35:50.000Z"}],' +
        '"notices":[{"n":3,"at":"2026-11-03T12:34:50.000Z","kind":"load-changed","data":{"to":"SATURATED"}}]}}',
      message: {
        kind: "performance-report",
        from: nodeId("m1"),
        sentAt: epochMs(1_793_709_296_789),
        messageId: "77aa",
        system: NO_SYSTEM,
        farm: { ...NO_FARM, tasksPending: 12 },
        maxTask: 10,
        neighbours: [],
        extension: {
          state: "SATURATED",
          causes: ["backlog"],
          since: epochMs(1_793_709_290_000),
          http: "127.0.0.1:10101",
          figures: {
            ...{ intervalMs: 10_000, backlogHigh: 10, backlogLow: 4, estimatedWaitMs: 6_000 },
            ...{ throughputPerS: 2, slots: 4, busySlots: 4 },
          },
          peers: [{ id: "m2", at: "127.0.0.1:9102", status: "ALIVE", lastSeenAt: epochMs(1_793_709_295_000) }],
          workers: [{ id: "w1", status: "ALIVE", slots: 4, busy: 4, owner: undefined }],
          loans: [
            {
              ...{ id: "l1", worker: "w7", lender: "m2", borrower: "m1", state: "here" },
              endsAt: epochMs(1_793_709_350_000),
            },
          ],
          notices: [{ n: 3, at: epochMs(1_793_709_290_000), kind: "load-changed", data: { to: "SATURATED" } }],
        },
      },
    },
    {
      line:
        '{"server_uuid":"m1","task":"performance_report","timestamp":"2026-11-03T09:34:56-03:00","message_id":"77aa",' +
        '"performance":{"system":{"uptime_seconds":3600}},"farm_state":{"workers":{"workers_received":1},' +
        '"tasks":{"tasks_pending":"7"}},"config_thresholds":{"max_queue":10},"neighbors":[{"server_uuid":"m2",' +
        '"status":"available","last_heartbeat":"2026-11-03T12:34:55.123456"}]}',
      message: {
        kind: "performance-report",
        from: nodeId("m1"),
        sentAt: epochMs(1_793_709_296_000),
        messageId: "77aa",
        system: { ...NO_SYSTEM, uptimeS: 3_600 },
        farm: { ...NO_FARM, workersReceived: 1, tasksPending: 7 },
        maxTask: 10,
        neighbours: [{ id: nodeId("m2"), isAvailable: true, lastHeartbeatAt: epochMs(1_793_709_295_123) }],
        extension: undefined,
      },
      onlyReceived: true,
    },
  ],
};

function partOf(fields: WireObject, name: string): WireObject {
  const part = fields[name];
  return isWireObject(part) ? part : {};
}

const textOf = (value: unknown): string => (typeof value === "string" ? printable(value, ID_MAX) : "");

function readSystem(system: WireObject): SystemFigures {
  const cpu = partOf(system, "cpu");
  const memory = partOf(system, "memory");
  const disk = partOf(system, "disk");
  return {
    uptimeS: figureOf(system["uptime_seconds"]),
    loadAverage1m: figureOf(system["load_average_1m"]),
    loadAverage5m: figureOf(system["load_average_5m"]),
    cpuPercent: figureOf(cpu["usage_percent"]),
    cpusLogical: figureOf(cpu["count_logical"]),
    cpusPhysical: figureOf(cpu["count_physical"]),
    memoryTotalMb: figureOf(memory["total_mb"]),
    memoryAvailableMb: figureOf(memory["available_mb"]),
    memoryPercent: figureOf(memory["percent_used"]),
    memoryUsedMb: figureOf(memory["memory_used"]),
    diskTotalGb: figureOf(disk["total_gb"]),
    diskFreeGb: figureOf(disk["free_gb"]),
    diskPercent: figureOf(disk["percent_used"]),
  };
}

const writeSystem = (system: SystemFigures): WireObject => ({
  uptime_seconds: system.uptimeS,
  load_average_1m: system.loadAverage1m,
  load_average_5m: system.loadAverage5m,
  cpu: {
    usage_percent: system.cpuPercent,
    count_logical: system.cpusLogical,
    count_physical: system.cpusPhysical,
  },
  memory: {
    total_mb: system.memoryTotalMb,
    available_mb: system.memoryAvailableMb,
    percent_used: system.memoryPercent,
    memory_used: system.memoryUsedMb,
  },
  disk: { total_gb: system.diskTotalGb, free_gb: system.diskFreeGb, percent_used: system.diskPercent },
});

function readFarm(farm: WireObject): FarmFigures {
  const workers = partOf(farm, "workers");
  const tasks = partOf(farm, "tasks");
  return {
    workersTotal: figureOf(workers["total_registered"]),
    workersUtilization: figureOf(workers["workers_utilization"]),
    workersAlive: figureOf(workers["workers_alive"]),
    workersIdle: figureOf(workers["workers_idle"]),
    workersBorrowed: figureOf(workers["workers_borrowed"]),
    workersReceived: figureOf(workers["workers_recieved"] ?? workers["workers_received"]),
    workersFailed: figureOf(workers["workers_failed"]),
    tasksPending: figureOf(tasks["tasks_pending"]),
    tasksRunning: figureOf(tasks["tasks_running"]),
  };
}

const writeFarm = (farm: FarmFigures): WireObject => ({
  workers: {
    total_registered: farm.workersTotal,
    workers_utilization: farm.workersUtilization,
    workers_alive: farm.workersAlive,
    workers_idle: farm.workersIdle,
    workers_borrowed: farm.workersBorrowed,
    workers_recieved: farm.workersReceived,
    workers_received: farm.workersReceived,
    workers_failed: farm.workersFailed,
  },
  tasks: { tasks_pending: farm.tasksPending, tasks_running: farm.tasksRunning },
});

function readNeighbour(value: unknown): NeighbourFigures[] {
  const { server_uuid, status, last_heartbeat } = isWireObject(value) ? value : {};
  const id = idField.safeParse(server_uuid);
  if (!id.success) return [];
  return [{ id: nodeId(id.data), isAvailable: status === "available", lastHeartbeatAt: timeOf(last_heartbeat) }];
}

/** The rest of a report, with ids of full length in it. */
const REST_MAX_BYTES = 4 * 1_024;

function writeNeighbours(neighbours: readonly NeighbourFigures[], otherBytes: number): readonly WireObject[] {
  const written: WireObject[] = [];
  let bytes = REST_MAX_BYTES + otherBytes;
  for (const { id, isAvailable, lastHeartbeatAt } of neighbours) {
    const neighbour = {
      server_uuid: id,
      status: isAvailable ? "available" : "unavailable",
      last_heartbeat: lastHeartbeatAt === undefined ? null : formatIsoTime(lastHeartbeatAt),
    };
    bytes += asciiJson(neighbour).length + 1;
    if (bytes > SESSION_LINE_MAX_BYTES || written.length === ITEMS_MAX) break;
    written.push(neighbour);
  }
  return written;
}
