import { python, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import {
  linesOf,
  loanIs,
  newNeighbours,
  runLentWorker,
  startOurs,
  startTheirs,
  styles,
} from "./support/class-lenders.ts";

describe.skipIf(python === undefined)("masters of the class lend to ours (needs python3)", { timeout: 120_000 }, () => {
  describe.concurrent("a full cycle in the class's words", () => {
    test.for(styles)("with a worker of the style %s", async (style, { processes }) => {
      const place = await newNeighbours();
      const theirs = await startTheirs(processes, place);
      const worker = runLentWorker(processes, style, theirs, "--home-name", "SERVER_2");
      await theirs.report("alive");
      const ours = await startOurs(processes, place);
      const ids = await ours.submit("ana", "bia", "caio");

      const tasks = await ours.ended(ids);
      for (const task of tasks) expect(task).toMatchObject({ state: "done", attempts: 1, worker: "w-1" });
      expect(linesOf(theirs, "request")[0]).toMatchObject({
        TASK: "WORKER_REQUEST",
        REQUESTOR_INFO: { ip: ours.host, port: ours.port },
      });
      // Nobody is sent home before it has been here for a while; then its owner is told, and it is.
      await theirs.report("home", ({ worker: name }) => name === "w-1");
      expect(linesOf(theirs, "release")[0]).toMatchObject({
        SERVER_UUID: "SERVER_1",
        TASK: "COMMAND_RELEASE",
        WORKERS_UUID: ["w-1"],
      });
      const home = style === "push" ? theirs.port + 1 : theirs.port;
      expect(worker.reports("moved")).toMatchObject([
        { why: "REDIRECT" },
        { why: "RETURN", to: `${theirs.host}:${home}`, told: { ip: theirs.host, port: theirs.port } },
      ]);
      await ours.events.first("the end of the loan", loanIs("left"));
      for (const event of ["bad-task", "lost"]) expect(worker.reports(event)).toStrictEqual([]);
      expect(theirs.reports("unexpected")).toStrictEqual([]);
    });
  });
});
