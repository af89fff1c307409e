import { fileURLToPath } from "node:url";
import {
  type ForeignPeer,
  type ForeignProcess,
  type LogRecord,
  type Processes,
  runForeign,
  startForeign,
} from "@mutirao/process-tests";

const fileOf = (name: string): string => fileURLToPath(new URL(`../peers/${name}.py`, import.meta.url));

/** Runs a worker of the class, by the style in which it talks; what each does stands in its file. */
export function runClassWorker(
  processes: Processes,
  style: "pull" | "push",
  master: string,
  ...flags: readonly string[]
): ForeignProcess {
  return runForeign(processes, `${style} worker`, fileOf(`${style}_worker`), ["--master", master, ...flags]);
}

/** Runs a worker of the class that breaks the rules in this way. */
export function runRudeWorker(
  processes: Processes,
  mode: string,
  master: string,
  ...flags: readonly string[]
): ForeignProcess {
  const args = ["--mode", mode, "--master", master, ...flags];
  return runForeign(processes, `rude worker (${mode})`, fileOf("rude_workers"), args);
}

/** Starts a worker of the class that pulls, and listens for orders. */
export function startListeningWorker(
  processes: Processes,
  master: string,
  ...flags: readonly string[]
): Promise<ForeignPeer> {
  return startForeign(processes, "listening worker", fileOf("listening_worker"), ["--master", master, ...flags]);
}

/** What these workers did. It ends them, so that nothing of what they printed is still on its way. */
export async function executionsOf(...workers: readonly ForeignProcess[]): Promise<readonly LogRecord[]> {
  await Promise.all(workers.map((worker) => worker.kill()));
  return workers.flatMap((worker) => worker.reports("executed"));
}
