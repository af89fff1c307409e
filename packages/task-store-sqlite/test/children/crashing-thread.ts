import { parentPort } from "node:worker_threads";
import { type Asked, OPENING, type Reply } from "../../src/messages.ts";

// A thread that opens, answers its first job, and crashes on its second.
const reply = (message: Reply): void => parentPort?.postMessage(message);
let jobs = 0;

parentPort?.on("message", ({ id }: Asked) => {
  if (jobs++ > 0) throw new Error("out of luck");
  reply({ id, result: [] });
});
reply({ id: OPENING, result: undefined });
