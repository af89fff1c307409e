import { styleText } from "node:util";
import type { Farm } from "./farm.ts";
import type { Say } from "./story.ts";

const TASKS = 40;
const KILLED_AFTER = 8;
const RESTARTED_AFTER = 16;

const good = (text: string): string => styleText("green", text);
const name = (text: string): string => styleText("bold", text);

/** Forty tasks, two workers and a master; one of the workers and the master crash, and every task is done once. */
export async function tellOfTheFarm(farm: Farm, say: Say): Promise<void> {
  const [davi, eva] = farm.workers;
  say("A master starts, and two workers, davi and eva, with room for two tasks each.");
  await farm.master.start();
  await Promise.all([davi.start(), eva.start()]);
  await farm.handIn(TASKS);
  say(`${TASKS} tasks are handed in. Each was on the disk before it was accepted.`);

  await farm.ended(KILLED_AFTER - 1);
  await davi.kill();
  say(`${KILLED_AFTER} are done. ${name("davi")} is killed in the middle of two, as by a crash.`);
  await farm.ended(RESTARTED_AFTER - 1);
  await farm.master.kill();
  say(
    `${RESTARTED_AFTER} are done. The ${name("master")} is killed as well, and started again; so is ${name("davi")}.`,
  );
  await Promise.all([farm.master.start(), davi.start()]);

  const tasks = await Promise.all(Array.from({ length: TASKS }, (_, ordinal) => farm.ended(ordinal)));
  const done = tasks.filter(({ state }) => state === "done");
  const byWorker = ["davi", "eva"].map((id) => `${id} ${tasks.filter(({ worker }) => worker === id).length}`);
  if (done.length !== TASKS) throw new Error(`only ${done.length} of ${TASKS} tasks are done`);
  say(`All ${TASKS} are ${good("done")}, each counted once: ${byWorker.join(", ")}..`);
}
