import { createPrng, instantMs, type Prng } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createTown } from "./support/town.ts";

/**
 * Towns in which anything may happen to anybody at any time: lines are lost or late, masters and workers crash, links are
 * cut. What must never be is looked for after every step; and once nothing goes wrong any more, every task is done, once,
 * and every worker is home.
 */
const SEEDS = Number(process.env["MUTIRAO_TOWNS"] ?? 30);
/** A guard against a town that never ends; on a busy machine one takes half a second. */
const GUARD_MS = 80_000 + 1_000 * SEEDS;
const FIRST = Number(process.env["MUTIRAO_TOWN"] ?? 0);

test(
  `${SEEDS} towns: no worker serves two, none is astray in the end, and no task is lost or done twice`,
  () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      expect(runTown(seed)).toEqual({ seed, open: [], away: [], lost: 0, story: undefined });
    }
  },
  GUARD_MS,
);

/** Plays one town to its end. Gives what is not as it should be then. */
function runTown(seed: number) {
  const prng = createPrng(`town ${seed}`);
  const town = createTown();
  const names = Array.from({ length: prng.integer(2, 3) }, (_, index) => `m${index + 1}`);
  const lendReserve = prng.integer(0, 1);
  const masters = names.map((name) =>
    town.master(
      name,
      names.filter((other) => other !== name),
      { lendReserve },
    ),
  );
  const workers = masters.flatMap((master) =>
    Array.from({ length: prng.integer(1, 3) }, (_, index) => ({
      home: master,
      worker: town.worker(`${master.name}w${index + 1}`, master.name, { slots: prng.integer(1, 2) }),
    })),
  );
  const everybody = [...masters, ...workers.map(({ worker }) => worker)];
  const submitted = new Set<string>();
  const lossShare = prng.next() < 0.5 ? 0 : 0.1 * prng.next();
  const lateShare = prng.next() < 0.5 ? 0 : 0.2 * prng.next();
  const down = new Set<(typeof everybody)[number]>();
  const cuts: [string, string][] = [];

  const checkSafety = (step: string): void => {
    for (const { home, worker } of workers) {
      const { isAway, epoch } = worker.node.status();
      if (!isAway || !worker.isUp || !home.isUp) continue;
      const kept = home.leases.get(worker.name)?.epoch ?? 0;
      const isOpen = home.node
        .loans({ direction: "out", limit: 1_000 }, instantMs(town.now() * 1_000))
        .some((loan) => loan.worker === worker.name && loan.endedAt === undefined);
      if (!isOpen && epoch >= kept && epoch > 0) {
        throw new Error(
          `seed ${seed}, ${step}: ${home.name} believes ${worker.name} home, and it is away under ${epoch}`,
        );
      }
    }
    for (const master of masters) {
      if (new Set(master.done).size !== master.done.length) throw new Error(`seed ${seed}, ${step}: recorded twice`);
    }
  };

  const act = (): string => {
    const dice = prng.next();
    const master = pick(prng, masters);
    if (dice < 0.2 && master.isUp) {
      const ids = Array.from({ length: prng.integer(1, 8) }, () => `t${submitted.size}-${prng.integer(0, 1e9)}`);
      for (const id of ids) submitted.add(id);
      master.submits(...ids);
      return `${master.name} gets ${ids.length}`;
    }
    if (dice < 0.5) {
      const { worker } = pick(prng, workers);
      if (worker.isUp) worker.finishes(prng.next() < 0.05 ? "ERR_TASK_FAILED" : undefined);
      return `${worker.name} finishes`;
    }
    if (dice < 0.75) {
      town.passTo(town.now() + 0.001 * 10 ** (4 * prng.next()));
      return "time passes";
    }
    if (dice < 0.8) {
      town.letGo();
      return "late lines come";
    }
    if (dice < 0.88) {
      const [a, b] = [pick(prng, everybody).name, pick(prng, everybody).name];
      if (a !== b) {
        town.cut(a, b);
        cuts.push([a, b]);
      }
      return `${a} and ${b} are cut off`;
    }
    if (dice < 0.93) {
      for (const [a, b] of cuts.splice(0)) town.heal(a, b);
      return "links heal";
    }
    const who = pick(prng, everybody);
    if (who.isUp && prng.next() < 0.5) {
      who.crash();
      down.add(who);
      return `${who.name} crashes`;
    }
    who.restart();
    down.delete(who);
    return `${who.name} begins anew`;
  };

  town.passTo(prng.integer(0, 6));
  town.lines((saying) => {
    // What masters tell each other has a connection of its own; a session's lines come in order, or it ends.
    if (saying.from.length !== 2 || saying.to.length !== 2) return "pass";
    const dice = prng.next();
    if (dice < lossShare) return "drop";
    return dice < lossShare + lateShare ? "hold" : "pass";
  });
  const story: string[] = [];
  for (let step = 0; step < 120; step++) {
    story.push(`${town.now()} ${act()}`);
    checkSafety(story.slice(-8).join("; "));
  }
  town.lines(() => "pass");
  town.letGo();
  for (const [a, b] of cuts.splice(0)) town.heal(a, b);
  for (const who of down) who.restart();
  const end = town.now() + 240;
  while (town.now() < end) {
    town.passTo(town.now() + 1);
    for (const { worker } of workers) worker.finishes();
    checkSafety("afterwards");
  }
  const accepted = masters.flatMap((master) => [...master.tasks.keys()]);
  const ended = masters.flatMap((master) =>
    [...master.tasks.values()].filter(({ status }) => status.state !== "pending"),
  );
  const open = masters.flatMap((master) =>
    master.node
      .loans({ limit: 1_000 }, instantMs(end * 1_000))
      .filter(({ endedAt }) => endedAt === undefined)
      .map((loan) => `${master.name}: ${loan.direction} ${loan.id} ${loan.state} (${loan.reason})`),
  );
  const away = workers
    .filter(({ worker }) => worker.node.status().isAway || worker.node.status().phase !== "connected")
    .map(({ worker }) => `${worker.name} ${JSON.stringify(worker.node.status())}`);
  const lost = accepted.length - ended.length;
  const isWell = open.length + away.length + lost === 0;
  return { seed, open, away, lost, story: isWell ? undefined : story.slice(-20) };
}

const pick = <T>(prng: Prng, items: readonly T[]): T => items[prng.integer(0, items.length - 1)] as T;
