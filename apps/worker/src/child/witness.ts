import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { readAsk, takenLine, tiredLine } from "../pool/witness-lines.ts";
import { createClaims } from "./claims.ts";
import { WITNESS_FD } from "./config.ts";

/**
 * The thread of a handler process that no handler runs in, so that there is always somebody who answers. It does three
 * things for which a loop has to turn while a handler may be spinning: it takes back runs that have not begun, it
 * watches the memory of the whole process, and it ends the process when nobody is left on the other side.
 */
const { claimsMemory, memoryMaxBytes } = workerData as WitnessData;

export interface WitnessData {
  readonly claimsMemory: SharedArrayBuffer;
  readonly memoryMaxBytes: number;
}

const LOOK_MS = 200;
/** Above this share of the limit the process gets no new runs: a slow leak then costs nobody his run. */
const TIRED_SHARE = 0.8;

const claims = createClaims(claimsMemory);
const pipe = new Socket({ fd: WITNESS_FD });
let rest = "";
let isTired = false;

/** Not `process.exit`: in a thread, that would end the thread only. */
const endProcess = (): void => void process.kill(process.pid, "SIGKILL");

pipe.setEncoding("latin1");
pipe.on("data", (text: string) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) pipe.write(takenLine(readAsk(line).filter(claims.claim)));
});
// Whoever started this process is gone, perhaps killed: a handler that spins would go on for ever.
pipe.on("close", endProcess);
pipe.on("error", () => {});

setInterval(() => {
  const bytes = process.memoryUsage.rss();
  if (bytes > memoryMaxBytes) {
    pipe.write(tiredLine(bytes, "over"), endProcess);
  } else if (!isTired && bytes > TIRED_SHARE * memoryMaxBytes) {
    isTired = true;
    pipe.write(tiredLine(bytes, "near"));
  }
}, LOOK_MS);
