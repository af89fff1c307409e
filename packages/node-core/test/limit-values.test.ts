import { transportLimitDefaults } from "@mutirao/transport";
import { expect, test } from "vitest";
import { parseMasterOptions, parseWorkerOptions, toTransportLimits } from "../src/index.ts";

const KIB = 1_024;

/** What a node bears of others, unless it is told otherwise: what the options say is what these figures were measured for. */
test("the limits of the transport", () => {
  expect(transportLimitDefaults).toEqual({
    ...{ connectionsMax: 4_096, connectionsPerSourceMax: 256, connectionsUnidentifiedMax: 512 },
    ...{ firstLineMs: 10_000, lineMs: 10_000, idleMs: 60_000 },
    ...{ lineUnidentifiedMaxBytes: 8 * KIB, lineMaxBytes: 64 * KIB },
    ...{ linesPerTurnMax: 64, turnMs: 5, linesPerSecondMax: 200, linesBurstMax: 1_000 },
    ...{ outputPauseBytes: 64 * KIB, outputMaxBytes: 1_024 * KIB },
    ...{ connectMs: 2_000, lookupsMax: 2, lookupMs: 5_000, lookupCacheMs: 60_000 },
  });
});

test("the limits of a master", () => {
  const values = parseMasterOptions({ port: "9101" });
  if (!("values" in values)) throw new Error("a port is enough");
  expect(values.values).toMatchObject({
    ...{ peersMax: 256, strangersMax: 64, workersMax: 10_000, dialsMax: 64 },
    ...{ malformedPerConnectionMax: 10, malformedPerSourceMax: 100, muteMs: 60_000 },
    ...{ answerMs: 3_000, backOffMaxMs: 30_000 },
    ...{ backlogMax: 1_000_000, backlogMaxBytes: 256 * KIB * KIB },
  });
  expect(toTransportLimits(values.values)).toEqual(transportLimitDefaults);
});

test("a worker's connection may be silent for twice as long", () => {
  const values = parseWorkerOptions({ master: "127.0.0.1:9101" });
  if (!("values" in values)) throw new Error("a master is enough");
  expect(values.values).toMatchObject({ idleMs: 120_000 });
});
