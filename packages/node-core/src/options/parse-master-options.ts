import type { HeartbeatDialect } from "@mutirao/protocol";
import { type MasterNodeOptions, masterOptions } from "./master-options.ts";
import { heartbeatConflict, toNodeOptions } from "./parse-heartbeat-options.ts";
import { clash, type OptionProblem, type OptionValues, readOptions, type TypedOptions } from "./parse-options.ts";

export type MasterOptionValues = OptionValues<typeof masterOptions>;

/** Reads and checks the options of a master, the relations between them included. */
export function parseMasterOptions(typed: TypedOptions): { readonly values: MasterOptionValues } | OptionProblem {
  const read = readOptions(masterOptions, typed);
  if (!("values" in read)) return read;
  return heartbeatConflict(read.values) ?? conflict(read.values) ?? read;
}

function conflict(values: MasterOptionValues): OptionProblem | undefined {
  const { backlogHigh, backlogLow, waitHighMs, waitLowMs, port, pushPort } = values;
  if (backlogLow >= backlogHigh) {
    return clash(
      "--backlog-low",
      `--backlog-low (${backlogLow}) must be below --backlog-high (${backlogHigh}), or the state would flap: give ` +
        "--backlog-low less than half of it",
    );
  }
  if ((waitHighMs === undefined) !== (waitLowMs === undefined)) {
    const [given, missing] = waitHighMs === undefined ? ["--wait-low", "--wait-high"] : ["--wait-high", "--wait-low"];
    return clash(given, `${given} needs ${missing}: give both, or neither`);
  }
  if (waitHighMs !== undefined && waitLowMs !== undefined && waitLowMs >= waitHighMs) {
    return clash(
      "--wait-low",
      `--wait-low (${waitLowMs / 1_000} s) must be below --wait-high (${waitHighMs / 1_000} s), or the state would ` +
        "flap: give --wait-low less than half of it",
    );
  }
  if (pushPort !== undefined && pushPort === port) {
    return clash(
      "--push-port",
      `--push-port and --port are both ${port}: give --push-port another, such as ${port + 1}`,
    );
  }
  return undefined;
}

/** The part of the options that the core takes. */
export function toMasterOptions(values: MasterOptionValues, firstDialect: HeartbeatDialect): MasterNodeOptions {
  const { pushPort, graceMs, workersMax, classTimeoutMs, visibilityMs, visibilityMaxMs, lossesMax } = values;
  const { retryMs, retryMaxMs, backlogMax, backlogMaxBytes, keepMs, keepMax, backlogHigh, backlogLow } = values;
  const { waitHighMs, waitLowMs, monitor, monitorIntervalMs, monitorWords, workerLinesPerSecondMax } = values;
  const { lending, lendMax, lendReserve, borrowMax, noLendTo, leaseMs, foreignLeaseMs, homeNames, connectAt } = values;
  return {
    ...toNodeOptions(values, firstDialect),
    ...{ pushPort, graceMs, workersMax, classTimeoutMs, visibilityMs, visibilityMaxMs, lossesMax },
    ...{ retryMs, retryMaxMs, backlogMax, backlogMaxBytes, keepMs, keepMax, backlogHigh, backlogLow },
    ...{ waitHighMs, waitLowMs, monitor, monitorIntervalMs, monitorWords, workerLinesPerSecondMax },
    ...{ lending, lendMax, lendReserve, borrowMax, noLendTo, leaseMs, foreignLeaseMs, homeNames, connectAt },
  };
}
