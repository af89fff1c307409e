/** Appends what it is sent, and answers when that is durable. Nothing at all means the end. */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

const file = openSync(workerData as string, "a", 0o600);

parentPort?.on("message", (lines: string) => {
  if (lines === "") {
    closeSync(file);
    parentPort?.close();
    return;
  }
  writeSync(file, lines);
  fdatasyncSync(file);
  parentPort?.postMessage(undefined);
});
