import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Processes } from "@mutirao/process-tests";
import { runMaster } from "./master-command.ts";
import { type Operator, operatorOf } from "./operator.ts";
import { newPlace } from "./places.ts";
import { createSeat, type Seat } from "./seat.ts";
import { startWorker } from "./worker-under-test.ts";

/** A master that keeps its tasks on disk, and its workers, each of which can crash at any moment. */
export interface CrashScene {
  readonly master: Seat;
  readonly workers: readonly Seat[];
  readonly operator: Operator;
  /** Where handlers note what they did. */
  readonly ran: string;
}

export const SLOTS = 4;

export async function createCrashScene(processes: Processes, workerIds: readonly string[]): Promise<CrashScene> {
  await compileAhead(processes);
  const folder = await processes.newFolder();
  const ran = join(folder, "ran");
  mkdirSync(ran);
  const { address, flags } = await newPlace();
  // A task that meets with three crashes is unlucky here, and does no harm to its workers.
  const more = ["--data-dir", join(folder, "data"), "--id", "m", "--losses-max", "100"];
  const startMaster = () => runMaster(processes, [...flags, ...more]);
  const startOne = (id: string) => () =>
    startWorker(processes, address, "counting", "--id", id, "--slots", `${SLOTS}`, "--processes", "1");
  return {
    master: createSeat(startMaster, { event: "http-listening" }),
    workers: workerIds.map((id) => createSeat(startOne(id), { event: "worker-connected" })),
    operator: operatorOf(flags),
    ran,
  };
}

/**
 * What Node has compiled it keeps for the next start when a process ends in good order, which none will here; and they
 * start dozens of times.
 */
async function compileAhead(processes: Processes): Promise<void> {
  const helps = [runMaster(processes, ["--help"]), startWorker(processes, "127.0.0.1:1", "counting", "--help")];
  await Promise.all(helps.map(({ exited }) => exited));
}
