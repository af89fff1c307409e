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
      await worker.report("moved", ({ why }) => why === "RETURN");
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

  describe.concurrent("and want them back", () => {
    const habits = ["nulls", "completed-on-arrival", "never-completed", "no-ack", "owner-returns"].map((habit) => ({
      name: habit,
      flags: ["--habit", habit],
      worker: ["--home-name", "SERVER_2"],
    }));
    const names = [
      { name: "a worker that says its owner's ip", flags: [], worker: ["--home-name", "ip"] },
      { name: "a worker that says its owner's ip:port", flags: [], worker: ["--home-name", "ip:port"] },
      { name: "a worker that does not say whose it is", flags: [], worker: [] },
    ];
    test.for([...habits, ...names])("$name", async ({ flags, worker: words }, { processes }) => {
      const place = await newNeighbours();
      const theirs = await startTheirs(processes, place, "--reclaim-after", "3", ...flags);
      const said = words.map((word) => word.replace(/^ip/, theirs.host).replace(/port$/, `${theirs.port}`));
      const worker = runLentWorker(processes, "pull", theirs, ...said);
      await theirs.report("alive");
      const ours = await startOurs(processes, place);
      const ids = await ours.submit("ana", "bia", "caio");

      const tasks = await ours.ended(ids);
      for (const task of tasks) expect(task).toMatchObject({ state: "done", attempts: 1, worker: "w-1" });
      await theirs.report("home", ({ worker: name }) => name === "w-1");
      await worker.report("moved", ({ why }) => why === "RETURN");
      expect(worker.reports("moved").slice(0, 2)).toMatchObject([{ why: "REDIRECT" }, { why: "RETURN" }]);
      await ours.events.first("the end of the loan", loanIs("left"));
    });

    test.for(styles)(
      "a worker of the style %s that cannot be called back: it is reported, and no harm",
      async (style, { processes }) => {
        const place = await newNeighbours();
        const theirs = await startTheirs(processes, place, "--reclaim-after", "1");
        const worker = runLentWorker(processes, style, theirs, "--home-name", "SERVER_2", "--stays");
        await theirs.report("alive");
        const ours = await startOurs(processes, place);
        await ours.ended(await ours.submit("ana"));
        await ours.events.first("the report", ({ kind }) => kind === "guest-unreturnable");
        await worker.report("ignored", ({ task }) => task === "RETURN");
        const told = ours.events.told("guest-unreturnable");
        expect(told).toMatchObject([{ worker: "w-1", returns: 3 }]);
        expect(await ours.load()).toMatchObject({ backlog: 0, running: 0 });
      },
    );
  });
});
