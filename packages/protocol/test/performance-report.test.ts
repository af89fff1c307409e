import { epochMs } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { decodeLine, encodeMessage, type PerformanceReport, SESSION_LINE_MAX_BYTES, taskSpecs } from "../src/index.ts";

const example = taskSpecs
  .flatMap(({ examples }) => examples)
  .find(({ message }) => message.kind === "performance-report");
const line = example?.line ?? "";
const report = example?.message as PerformanceReport;

/** The report of a line, with what is given written over the top of the example's fields. */
function reportWith(fields: Record<string, unknown>): PerformanceReport {
  const decoded = decodeLine(JSON.stringify({ ...JSON.parse(line), ...fields }));
  if (!("message" in decoded) || decoded.message.kind !== "performance-report") throw new Error("no report");
  return decoded.message;
}

test("its parts are read beside performance as well as under it", () => {
  const { performance: parts, ...rest } = JSON.parse(line);
  for (const part of ["system", "farm_state", "config_thresholds", "neighbors"]) {
    const { [part]: moved, ...left } = parts;
    expect(decodeLine(JSON.stringify({ ...rest, [part]: moved, performance: left }))).toEqual({ message: report });
  }
  expect(decodeLine(JSON.stringify({ ...rest, ...parts }))).toEqual({ message: report });
});

test.each([
  ['"mensage_id":"77aa",', ""],
  ['"message_id":"77aa",', ""],
  ['"workers_recieved":1,', ""],
  ['"workers_received":1,', ""],
  ['"max_task":10,', ""],
  [',"max_queue":10', ""],
])("without %s it says the same: the other spelling is there", (spelling, without) => {
  expect(line).toContain(spelling);
  expect(decodeLine(line.replace(spelling, without))).toEqual({ message: report });
});

test.each([["null"], ["-1"], ["1e400"], ["true"], ["[]"], ["{}"], ['"many"'], ['"-1"'], ['""'], ['"NaN"']])(
  "a figure that is %s is not known, and the others stand",
  (value) => {
    const decoded = decodeLine(line.replace('"uptime_seconds":3600', `"uptime_seconds":${value}`));
    expect(decoded).toEqual({ message: { ...report, system: { ...report.system, uptimeS: undefined } } });
  },
);

test.each([
  ['"3600"', 3_600],
  ['"3600.5"', 3_600.5],
  ["0", 0],
  ["1e3", 1_000],
])("a figure that is %s is one", (value, uptimeS) => {
  const decoded = decodeLine(line.replace('"uptime_seconds":3600', `"uptime_seconds":${value}`));
  expect(decoded).toEqual({ message: { ...report, system: { ...report.system, uptimeS } } });
});

test.each([null, 5, true, [], "x", ""])("parts that are %j count as absent", (value) => {
  const bare = reportWith({ performance: value });
  expect(bare).toMatchObject({ from: "m1", maxTask: undefined, neighbours: [] });
  expect(new Set([...Object.values(bare.system), ...Object.values(bare.farm)])).toEqual(new Set([undefined]));
  const { performance: parts } = JSON.parse(line);
  const [system, farm_state, config_thresholds, neighbors] = [value, value, value, value];
  expect(reportWith({ performance: { ...parts, system, farm_state, config_thresholds, neighbors } })).toEqual(bare);
});

test("a time that cannot be read, and an id of the message that is none", () => {
  expect(reportWith({ timestamp: "yesterday", mensage_id: 5, message_id: "other" })).toMatchObject({
    sentAt: undefined,
    messageId: "",
  });
  expect(reportWith({ timestamp: 1_793_709_296 })).toMatchObject({ sentAt: undefined });
  expect(reportWith({ mensage_id: "\u001b".repeat(200) }).messageId).toMatch(/^[ -~]{128}$/);
});

test("neighbours without an id are left out, and of the others what can be read is", () => {
  const neighbors = [
    null,
    5,
    {},
    { server_uuid: "" },
    { server_uuid: null, status: "available" },
    { server_uuid: "m2", status: "AVAILABLE", last_heartbeat: "never" },
    { server_uuid: "m3", status: "available", last_heartbeat: 5 },
  ];
  expect(reportWith({ performance: {}, neighbors }).neighbours).toEqual([
    { id: "m2", isAvailable: false, lastHeartbeatAt: undefined },
    { id: "m3", isAvailable: true, lastHeartbeatAt: undefined },
  ]);
});

test("as many neighbours are sent as the line can hold", () => {
  const [neighbour] = report.neighbours;
  if (neighbour === undefined) throw new Error("the example has neighbours");
  const many = Array.from({ length: 5_000 }, () => neighbour);
  for (const id of ["m2", "é".repeat(128)]) {
    const neighbours = many.map((one) => ({ ...one, id: id as typeof one.id }));
    const sent = encodeMessage({ ...report, from: id as typeof report.from, neighbours });
    expect(sent.length).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
    expect(sent.length).toBeGreaterThan(SESSION_LINE_MAX_BYTES - 5_000);
    expect(decodeLine(sent.trimEnd())).toHaveProperty("message.neighbours.length", expect.any(Number));
  }
});

const rich = taskSpecs
  .flatMap(({ examples }) => examples)
  .find(({ message }) => message.kind === "performance-report" && message.extension !== undefined);

/** The extension of a line, with what is given written over the top of the example's. */
function extensionWith(fields: Record<string, unknown>): PerformanceReport["extension"] {
  const { EXT } = JSON.parse(rich?.line ?? "");
  return reportWith({ EXT: { ...EXT, ...fields } }).extension;
}

test.each([null, 5, true, [], "x", {}, { v: 2 }])("an EXT of %j is none", (EXT) => {
  expect(reportWith({ EXT })).toEqual(report);
});

test("what makes no sense in EXT is left out, and the rest stands", () => {
  const { message } = rich ?? {};
  if (message?.kind !== "performance-report") throw new Error("there is no example with an extension");
  const known = message.extension;
  expect(extensionWith({})).toEqual(known);
  expect(extensionWith({ state: 5, since: "soon", http: {}, causes: ["a", 5, null] })).toEqual({
    ...known,
    ...{ state: undefined, since: undefined, http: undefined, causes: ["a"] },
  });
  expect(extensionWith({ figures: { slots: -1, busySlots: "2", waitP50Ms: null, other: 5 } })).toMatchObject({
    figures: { busySlots: 2 },
  });
  for (const list of ["peers", "workers", "loans", "notices"]) {
    const items = [null, 5, [], {}, { id: "x" }, { id: "", status: "ALIVE" }, { n: 1.5, kind: "k", data: {} }];
    expect(extensionWith({ [list]: items })).toEqual({ ...known, [list]: [] });
    expect(extensionWith({ [list]: "many" })).toEqual({ ...known, [list]: [] });
  }
});

test("a crowd of anything leaves room for the rest, and of the notices the latest are sent", () => {
  const id = "é".repeat(128);
  const many = <T>(make: (n: number) => T): readonly T[] => Array.from({ length: 2_000 }, (_, n) => make(n));
  const [neighbour] = report.neighbours;
  if (neighbour === undefined) throw new Error("the example has neighbours");
  const sent = encodeMessage({
    ...report,
    neighbours: many(() => neighbour),
    extension: {
      ...{ state: id.slice(0, 64), causes: many(() => id), since: undefined, http: id, figures: {} },
      peers: many(() => ({ id, at: id, status: "ALIVE", lastSeenAt: undefined })),
      workers: many(() => ({ id, status: "ALIVE", slots: 1, busy: 1, owner: id })),
      loans: many(() => ({ id, worker: id, lender: id, borrower: id, state: "here", endsAt: undefined })),
      notices: many((n) => ({ n, at: epochMs(1), kind: "load-changed", data: { id } })),
    },
  });
  expect(sent.length).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
  const decoded = decodeLine(sent.trimEnd());
  if (!("message" in decoded) || decoded.message.kind !== "performance-report") throw new Error("no report");
  const { extension, neighbours } = decoded.message;
  for (const list of [neighbours, extension?.peers, extension?.workers, extension?.loans, extension?.notices]) {
    expect(list?.length).toBeGreaterThan(0);
  }
  expect(extension?.notices.at(-1)?.n).toBe(1_999);
});
