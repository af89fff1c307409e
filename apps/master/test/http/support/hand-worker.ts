import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { type Endpoint, jsonText, nodeId, type TaskId } from "@mutirao/primitives";
import { type Assignment, type AttemptOutcome, decodeLine, encodeMessage } from "@mutirao/protocol";

/** A worker of ours whose tasks the test does by hand, over a real connection. */
export interface HandWorker {
  /** The next task that it is given. */
  next(): Promise<Assignment>;
  done(task: Assignment, output: unknown): void;
  fail(task: Assignment, code: string, message: string): void;
  progress(task: Assignment, fraction: number, note: string): void;
  leave(): void;
}

export async function startHandWorker(
  at: Endpoint,
  id = "worker-7",
  types: readonly string[] = ["QUERY"],
): Promise<HandWorker> {
  const worker = nodeId(id);
  const socket = connect({ host: at.host, port: at.port });
  // The master may end first when the test is over.
  socket.on("error", () => {});
  await once(socket, "connect");
  const given: Assignment[] = [];
  const takers: ((task: Assignment) => void)[] = [];
  const { promise: welcomed, resolve: onWelcome } = Promise.withResolvers<void>();
  createInterface({ input: socket }).on("line", (line) => {
    const decoded = decodeLine(line);
    if (!("message" in decoded)) return;
    const { message } = decoded;
    if (message.kind === "worker-welcome") onWelcome();
    if (message.kind !== "task-batch") return;
    for (const task of message.tasks) {
      const taker = takers.shift();
      if (taker === undefined) given.push(task);
      else taker(task);
    }
  });
  const report = (task: Assignment, outcome: AttemptOutcome): void => {
    const results = [{ task: task.task satisfies TaskId, attempt: task.attempt, outcome }];
    socket.write(encodeMessage({ kind: "result-batch", worker, results, progress: [], isResynced: false }));
  };
  socket.write(encodeMessage({ kind: "worker-alive", worker, hello: { boot: "1", slots: 4, types, holding: [] } }));
  await welcomed;
  socket.write(encodeMessage({ kind: "result-batch", worker, results: [], progress: [], isResynced: true }));
  return {
    next() {
      const task = given.shift();
      return task === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(task);
    },
    done: (task, output) => report(task, { isOk: true, output: jsonText(JSON.stringify(output)) }),
    fail: (task, code, message) => report(task, { isOk: false, code, message }),
    progress({ task, attempt }, fraction, note) {
      const progress = [{ task, attempt, fraction, note }];
      socket.write(encodeMessage({ kind: "result-batch", worker, results: [], progress, isResynced: true }));
    },
    leave: () => void socket.destroy(),
  };
}
