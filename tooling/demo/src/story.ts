import type { MonitoredNotice } from "@mutirao/operator-api/monitor";
import { followHarvest } from "./harvesting.ts";
import type { Lookout } from "./lookout.ts";
import { bad, counted, good, type Narrator, name } from "./narrator.ts";
import { type House, INTERVAL_S, TIMEOUT_S, type Town } from "./town.ts";

const BURST = 240;
const SMALL_BURST = 40;
const WORKER_KILLED_AFTER = 8;
const MASTER_KILLED_AFTER = 16;

/** The whole story, in three acts. Rejects if one of them does not end well. */
export async function tell(town: Town, lookout: Lookout, narrator: Narrator): Promise<void> {
  await meet(town, lookout, narrator);
  await help(town, lookout, narrator);
  await crash(town, lookout, narrator);
}

async function meet({ houses }: Town, lookout: Lookout, { begin, say }: Narrator): Promise<void> {
  begin("1. They meet");
  say(`Each master knows two addresses, and no names. A beat every ${INTERVAL_S} s, TIMEOUT after ${TIMEOUT_S} s.`);
  await Promise.all(houses.map(({ master }) => master.start()));
  await lookout.shows(({ masters }) =>
    houses.every((house) => {
      const peers = masters.find(({ id, isFollowed }) => id === house.name && isFollowed)?.peers ?? [];
      return peers.filter(({ status }) => status === "ALIVE").length === houses.length - 1;
    }),
  );
  for (const house of houses) {
    const others = houses.filter((other) => other !== house).map((other) => `${name(other.name)} ${good("ALIVE")}`);
    say(`${name(house.name)} has found ${others.join(" and ")}.`);
  }
  await Promise.all(houses.flatMap(({ workers }) => [...workers.values()].map((worker) => worker.start())));
  for (const house of houses) say(`${name(house.name)} has three workers: ${[...house.workers.keys()].join(", ")}.`);
}

async function help(town: Town, lookout: Lookout, narrator: Narrator): Promise<void> {
  const [ana] = town.houses;
  const { begin, say } = narrator;
  begin("2. Many hands");
  const ownerOf = new Map(town.houses.flatMap((house) => [...house.workers.keys()].map((id) => [id, house.name])));
  const leave = lookout.watch(tellFirsts(town, ana, say));
  const ids = await ana.handIn(BURST);
  say(
    `${BURST} tasks fall on ${name(ana.name)}, whose workers do 15 in a second. Each is on the disk before it is accepted.`,
  );
  let isFirst = true;
  const harvest = followHarvest(ana, ids, narrator, (worker) => {
    if (!isFirst || ana.workers.has(worker)) return;
    isFirst = false;
    say(`${name(worker)} of ${name(ownerOf.get(worker) ?? "?")} has done its first task for ${name(ana.name)}.`);
  });
  const byWorker = await harvest.over;
  const own = sum([...byWorker].filter(([worker]) => ana.workers.has(worker)));
  say(
    `All ${BURST} are ${good("done")}: ${own} by ${name(ana.name)}'s own, ${BURST - own} by ${byWorker.size - 3} borrowed workers.`,
  );
  if (own === BURST) throw new Error("nobody helped ana");
  await everybodyHome(town, lookout, say);
  leave();
}

const sum = (counts: readonly (readonly [string, number])[]): number =>
  counts.reduce((all, [, count]) => all + count, 0);

/** The first request, the first answer, the first loan and the first return, as the masters tell them. */
function tellFirsts({ houses }: Town, borrower: House, say: Narrator["say"]): (notice: MonitoredNotice) => void {
  const told = new Set<string>();
  const nameAt = (address: unknown) => houses.find((house) => house.address === address)?.name ?? String(address);
  return ({ master, kind, data }) => {
    const text = master === null ? undefined : firstOf(borrower.name, master, kind, data, nameAt);
    const sort = `${kind} ${String(data["to"])}`;
    if (text === undefined || told.has(sort)) return;
    told.add(sort);
    say(text);
  };
}

function firstOf(
  borrower: string,
  master: string,
  kind: string,
  data: MonitoredNotice["data"],
  nameAt: (address: unknown) => string,
): string | undefined {
  const { workers, worker, to, direction, peer } = data;
  if (kind === "borrow-asked" && master === borrower) {
    const wanted = counted(Number(workers), "worker");
    return `${name(borrower)} asks ${name(nameAt(peer))} for ${wanted}: its tasks would wait for ${seconds(data["waitMs"])}.`;
  }
  if (kind === "borrow-answered" && master === borrower && Array.isArray(workers) && workers.length > 0) {
    return `${name(nameAt(peer))} promises ${workers.map((id) => name(String(id))).join(", ")}, and sends ${workers.length === 1 ? "it" : "them"} on the way.`;
  }
  if (kind !== "loan-changed" || typeof worker !== "string") return undefined;
  if (direction === "in" && to === "held")
    return `${name(worker)} has come to ${name(master)}: the first ${good("loan")}.`;
  if (direction === "out" && to === "home")
    return `${name(worker)} is back ${good("home")} with ${name(master)}: the first return.`;
  return undefined;
}

const seconds = (ms: unknown): string => (typeof ms === "number" ? `${(ms / 1_000).toFixed(1)} s` : "long");

/** By the masters' own word, and then as the monitor shows it. */
async function everybodyHome({ houses }: Town, lookout: Lookout, say: Narrator["say"]): Promise<void> {
  for (const house of houses) {
    const all = [...house.workers.keys()].toSorted().join();
    await lookout.until(async () => (await house.home()).join() === all);
  }
  await lookout.shows(
    ({ loans, workers }) => loans.length === 0 && workers.every(({ owner, master }) => owner === master),
  );
  say(`All nine workers are ${good("home")}, and no loan is open.`);
}

async function crash(town: Town, lookout: Lookout, narrator: Narrator): Promise<void> {
  const [ana, bia, caio] = town.houses;
  const { begin, say } = narrator;
  begin("3. Nothing is lost");
  const ids = await bia.handIn(SMALL_BURST);
  say(`${SMALL_BURST} tasks for ${name(bia.name)}.`);
  const harvest = followHarvest(bia, ids, narrator);
  const [lost] = [...bia.workers];
  if (lost === undefined) throw new Error("bia has no worker");
  await harvest.reached(WORKER_KILLED_AFTER);
  await lost[1].kill();
  say(`${WORKER_KILLED_AFTER} are done. ${name(lost[0])} is ${bad("killed")} in the middle of one, as by a crash.`);
  await harvest.reached(MASTER_KILLED_AFTER);
  const verdicts = [ana, caio].map(({ name: who }) => lookout.sees((notice) => isVerdict(notice, who, "TIMEOUT")));
  await bia.master.kill();
  say(
    `${MASTER_KILLED_AFTER} are done. The master ${name(bia.name)} is ${bad("killed")} as well. The others hear nothing, and wait.`,
  );
  await Promise.all(verdicts);
  say(`${name(ana.name)} and ${name(caio.name)} say that ${name(bia.name)} is ${bad("TIMEOUT")}.`);
  const welcomes = [ana, caio].map(({ name: who }) => lookout.sees((notice) => isVerdict(notice, who, "ALIVE")));
  await Promise.all([bia.master.start(), lost[1].start()]);
  await Promise.all(welcomes);
  say(`Both are started again; ${name(bia.name)} is ${good("ALIVE")} to the others.`);
  const byWorker = await harvest.over;
  say(
    `All ${SMALL_BURST} are ${good("done")}, each counted once: ${[...byWorker].map(([id, n]) => `${id} ${n}`).join(", ")}.`,
  );
  await everybodyHome(town, lookout, say);
}

function isVerdict({ master, kind, data }: MonitoredNotice, who: string, to: string): boolean {
  return kind === "peer-transitioned" && master === who && JSON.stringify(data).includes(`"to":"${to}"`);
}

/** A burst here and a burst there, until it is over. */
export async function rotate({ houses }: Town, isOver: () => boolean): Promise<void> {
  for (let turn = 0; !isOver(); turn++) {
    const house = houses[turn % houses.length];
    if (house === undefined) return;
    const ids = await house.handIn(SMALL_BURST);
    for (const id of ids) await house.ended(id);
  }
}
