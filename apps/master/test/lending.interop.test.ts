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
import { until } from "./support/until.ts";
import { startWorker } from "./support/worker-under-test.ts";

const TASKS = ["ana", "bia", "caio"].flatMap((user) => ["--task", user]);
const BORROWS = ["--borrow", "1", "--release-after", "3", ...TASKS];

describe.skipIf(python === undefined)(
  "masters of the class borrow from ours (needs python3)",
  { timeout: 120_000 },
  () => {
    describe.concurrent("a full cycle in the class's words", () => {
      test.for(styles)("with a worker of the style %s", async (style, { processes }) => {
        const place = await newNeighbours();
        const ours = await startOurs(processes, place);
        const worker = runLentWorker(processes, style, place.ours, "--home-name", "SERVER_1");
        await until("it is here", ours.workers, (here) =>
          here.some(({ id, status }) => id === "w-1" && status === "ALIVE"),
        );
        const theirs = await startTheirs(processes, place, ...BORROWS);

        await theirs.report("result", ({ user }) => user === "caio");
        await ours.events.first("its return", loanIs("home"));
        await theirs.report("completed");
        await worker.report("moved", ({ why }) => why === "RETURN");
        expect(worker.reports("moved").map(({ why }) => why)).toStrictEqual(["REDIRECT", "RETURN"]);
        const answers = linesOf(theirs, "asked", "answer");
        expect(answers.at(-1)).toStrictEqual({ SERVER_UUID: "SERVER_1", RESPONSE: "AVAILABLE", WORKERS_UUID: ["w-1"] });
        expect(linesOf(theirs, "released", "answer")).toStrictEqual([
          { SERVER_UUID: "SERVER_1", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["w-1"] },
        ]);
        expect(linesOf(theirs, "completed")).toStrictEqual([
          { SERVER_UUID: "SERVER_1", RESPONSE: "RELEASE_COMPLETED", WORKERS_UUID: ["w-1"] },
        ]);
        const [id] = await ours.submit("davi");
        expect(await ours.ended([id ?? ""])).toMatchObject([{ state: "done", worker: "w-1" }]);
        for (const event of ["bad-task", "lost"]) expect(worker.reports(event)).toStrictEqual([]);
      });

      test.for([[], ["wrong-return"], ["repeats-release"], ["legacy"], ["half-closes"]])(
        "with a worker of ours, and these habits: %j",
        async (habits, { processes }) => {
          const place = await newNeighbours();
          const ours = await startOurs(processes, place);
          startWorker(processes, ours.address, "hazards", "--id", "w-1");
          await until("it is here", ours.workers, (here) => here.some(({ status }) => status === "ALIVE"));
          const flags = habits.flatMap((habit) => ["--habit", habit]);
          const theirs = await startTheirs(processes, place, ...BORROWS, ...flags);

          await theirs.report("result", ({ user }) => user === "caio");
          await ours.events.first("its return", loanIs("home"));
          await theirs.report("completed");
          const guests = theirs.reports("guest");
          expect(guests).toMatchObject([{ worker: "w-1", owner: "SERVER_1" }]);
          const id = await ours.submitTask({ type: "echo", payload: 7 });
          expect(await ours.ended([id])).toMatchObject([{ state: "done", worker: "w-1" }]);
        },
      );

      test("with a worker of ours that the borrower never gives back: its lease brings it home", async ({
        processes,
      }) => {
        const place = await newNeighbours();
        // Long enough for three tasks, each asked for, also where a process is slow to begin.
        const ours = await startOurs(processes, place, "--foreign-lease", "12");
        startWorker(processes, ours.address, "hazards", "--id", "w-1");
        await until("it is here", ours.workers, (here) => here.some(({ status }) => status === "ALIVE"));
        const theirs = await startTheirs(processes, place, ...BORROWS, "--habit", "never-returns");
        await theirs.report("result", ({ user }) => user === "caio");
        await ours.events.first("its return", loanIs("home"));
        const id = await ours.submitTask({ type: "echo", payload: 7 });
        expect(await ours.ended([id])).toMatchObject([{ state: "done", worker: "w-1" }]);
      });
    });
  },
);
