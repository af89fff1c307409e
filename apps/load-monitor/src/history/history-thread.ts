import { parentPort, workerData } from "node:worker_threads";
import { type Asked, type Job, OPENING, type Reply, type Results, type ThreadOptions } from "./messages.ts";
import { failureOf, openFile } from "./open-file.ts";
import { createPerform } from "./perform-job.ts";

const answer = (id: number, work: () => Results[keyof Results]): void => {
  let reply: Reply;
  try {
    reply = { id, result: work() };
  } catch (error) {
    reply = { id, failure: failureOf(error) };
  }
  parentPort?.postMessage(reply);
};

let perform: (job: Job) => Results[keyof Results] = () => undefined;
answer(OPENING, () => {
  perform = createPerform(openFile(workerData as ThreadOptions));
  return undefined;
});
parentPort?.on("message", ({ id, job }: Asked) => answer(id, () => perform(job)));
