import { createPrng, type Prng, seconds } from "@mutirao/primitives";
import { taskSpecs } from "@mutirao/protocol";
import { expect, test } from "vitest";
import { beatAnswer, createWorkerScene, RETURN, redirect, welcome } from "./support/worker-scene.ts";

const SEEDS = 150;
const STEPS = 800;

const HOME = "127.0.0.1:9101";
/** One that orders in the class's words lead to, and two that are named: each is known to the worker in one way only. */
const UNNAMED = "10.0.0.7";
const named = ["10.0.0.8", "10.0.0.9"] as const;
const places = [HOME, ...[UNNAMED, ...named].map((host) => `${host}:9101`)];
const nameOf = (place: string): string => (place === HOME ? "m" : `b-${place}`);

/** Where orders to go lead to has to be known here. */
const examples = taskSpecs
  .filter(({ kind }) => kind !== "redirect")
  .flatMap((spec) => spec.examples.map(({ line }) => line));
const rubbish = ["{", "[]", "5", '"x"', "null", '{"TASK":5}', '{"TASK":"QUERY","EXT":{"v":1,"tasks":[{}]}}'];

type Scene = ReturnType<typeof createWorkerScene>;
type Result = { readonly id: string; readonly n: number; readonly ok: boolean; readonly code?: string };

/** What the worker owes its masters, as somebody who watches all of them sees it. A key begins with the master's place. */
interface Ledger {
  /** Sessions' attempts, by the ordinal of their run. */
  readonly attempts: Map<number, string>;
  /** Attempts that have ended, and whose result the master has not acknowledged. */
  readonly owed: Set<string>;
  /** Results that were said on the last connection, or before. */
  readonly said: Set<string>;
  readonly seen: Map<string, number>;
  /** Of what is owed, what may have been given up. */
  readonly forgiven: Set<string>;
  /** Where the connection leads on which the last line was told. */
  place: string;
  isAway: boolean;
  epochSaid: number;
}

const keysAt = (keys: ReadonlySet<string>, place: string): readonly string[] =>
  [...keys].filter((key) => key.startsWith(`${place} `));

const LONG = "-\u6c34".repeat(60);

/** What the worker says of itself, and no handler has said. */
const isItsOwn = ({ code = "" }: Result): boolean =>
  ["ERR_WORKER_BUSY", "ERR_TASK_TYPE_UNKNOWN", "ERR_TASK_ABORTED", "ERR_TASK_CANCELLED"].includes(code);

/** Reads what the worker did since the last time, and checks each line that it said. */
function audit(scene: Scene, ledger: Ledger): void {
  const note = (what: string): void => void ledger.seen.set(what, (ledger.seen.get(what) ?? 0) + 1);
  for (const line of scene.told) {
    const [, dialled] = /^\S+ #\d+ dial ?(\S*)$/.exec(line) ?? [];
    if (dialled !== undefined) ledger.place = dialled === "" ? HOME : dialled;
    expect(places).toContain(ledger.place);
    const [, run, task] = /^\S+ run (\d+) QUERY \{"USER":"(q[^ ]+ \d+)"\}/.exec(line) ?? [];
    if (run !== undefined && task !== undefined) {
      ledger.attempts.set(Number(run), `${ledger.place} ${JSON.parse(`"${task}"`)}`);
    }
    const [, why] = /! moved to \S+: (\S+)$/.exec(line) ?? [];
    if (why !== undefined) {
      // Only from home to a borrower, and back.
      expect(why === "redirect").toBe(!ledger.isAway);
      ledger.isAway = !ledger.isAway;
      note(`moved: ${why}`);
    }
    if (line.endsWith("results forgotten")) forgiveOthers(ledger);
    const [, said] = /^\S+ #\d+ <- (.*)$/.exec(line) ?? [];
    if (said !== undefined) auditLine(said, ledger, note);
    note(line.replaceAll(/^\S+ |#\d+ | \d.*|<- .*|, .*/g, ""));
  }
  scene.skip();
}

function auditLine(line: string, ledger: Ledger, note: (what: string) => void): void {
  note(/"(?:STATUS|WORKER|TASK)":"(\w+)"/.exec(line)?.[1] ?? "?");
  expect(line).toMatch(/^[ -~]*$/);
  const { EXT, STATUS, WORKER, WORKER_UUID, SERVER_UUID } = JSON.parse(line);
  if (STATUS !== undefined) expect(WORKER_UUID).toBe("w");
  if (WORKER !== undefined) expect([ledger.place, SERVER_UUID !== undefined]).toEqual([ledger.place, ledger.isAway]);
  if (WORKER !== undefined) expect(ledger.place !== HOME).toBe(ledger.isAway);
  if (EXT?.boot !== undefined) {
    expect(EXT.epoch ?? 0).toBeGreaterThanOrEqual(ledger.epochSaid);
    ledger.epochSaid = EXT.epoch ?? 0;
  }
  for (const result of (EXT?.results ?? []) as readonly Result[]) {
    // Tasks of the protocol's examples, of which no account is kept.
    if (!result.id.startsWith("q")) continue;
    const key = `${ledger.place} ${result.id} ${result.n}`;
    note(result.ok ? "result OK" : `result ${result.code}`);
    // What is refused was never run, so the worker may owe that without our having seen it begin.
    if (isItsOwn(result)) ledger.owed.add(key);
    ledger.forgiven.delete(key);
    if (!ledger.owed.has(key)) throw new Error(`${key} was reported and is not over, or is another master's`);
    ledger.said.add(key);
  }
  if (EXT?.resynced) note("resynced");
}

/** Some of what is owed elsewhere is given up. Which, the worker does not say, so what it still owes it may report. */
function forgiveOthers(ledger: Ledger): void {
  for (const key of ledger.owed) if (!key.startsWith(`${ledger.place} `)) ledger.forgiven.add(key);
}

function end(scene: Scene, ledger: Ledger, run: number, prng: Prng): void {
  const key = ledger.attempts.get(run);
  const before = scene.ended();
  if (prng.chance(0.7)) scene.ends(run);
  else scene.fails(run, "ERR_TASK_FAILED", prng.chance(0.1) ? "\u2028\u0007é".repeat(1_000) : "no");
  // One that was given up was over before.
  if (key !== undefined && scene.ended() > before) ledger.owed.add(key);
}

const refOf = (key: string): [string, number] => {
  const [, id = "", n = "1"] = key.split(" ");
  return [id, Number(n)];
};

function anyLine(scene: Scene, ledger: Ledger, prng: Prng): object | string {
  const ref = (): [string, number] => [`q${prng.integer(0, 30)}${prng.chance(0.05) ? LONG : ""}`, prng.integer(1, 2)];
  const list = <T>(make: () => T): T[] => Array.from({ length: prng.integer(0, 4) }, make);
  switch (prng.integer(0, 11)) {
    case 0:
      return welcomeOf(scene, prng, {
        intervalMs: prng.pick([1, 500, 2_000, 1e300]),
        timeoutMs: prng.pick([1, 5_000, 10_000, 1e300]),
        graceMs: prng.pick([0, 1_000, 5_000, 1e300]),
        leaseMs: prng.pick([0, 5_000, 1e300]),
        ...(prng.chance(0.05) ? { epoch: prng.integer(1, 1_000) } : {}),
      });
    case 1:
    case 2:
    case 3: {
      const tasks = list(ref).map(([id, n]) => {
        const type = prng.chance(0.95) ? "QUERY" : "strange";
        return { id, n, type, payload: { USER: `${id} ${n}` }, ms: prng.pick([0.5, 60_000, 1e300]) };
      });
      return { TASK: "QUERY", EXT: { v: 1, tasks, cancel: prng.chance(0.7) ? list(ref) : [] } };
    }
    case 4: {
      // Acknowledges some that were said, and some that never were.
      const place = scene.target();
      const acks = [
        ...keysAt(ledger.said, place)
          .filter(() => prng.chance(0.5))
          .map(refOf),
        ...list(ref),
      ];
      for (const [id, n] of scene.node.status().talk === "session" ? acks : []) {
        ledger.owed.delete(`${place} ${id} ${n}`);
        ledger.said.delete(`${place} ${id} ${n}`);
      }
      return { STATUS: "ACK", EXT: { v: 1, acks } };
    }
    case 5:
      return { TASK: "NO_TASK" };
    case 6:
      return { TASK: "QUERY", USER: prng.pick([null, "ana", { deep: [1] }] as [unknown, ...unknown[]]) };
    case 7:
      return { STATUS: "ACK" };
    case 8:
      return prng.pick([{ TASK: "KEEPALIVE" }, { TASK: "REDIRECT" }, { TASK: "RETURN" }, RETURN]);
    case 9:
      return anyRedirect(scene, prng);
    case 10:
      return beatAnswer(prng.pick([undefined, 0, 20_000, 1e300]));
    default:
      return [...examples, ...rubbish][prng.integer(0, examples.length + rubbish.length - 1)] ?? "{";
  }
}

/** Orders to go to either of the borrowers, and to where nobody should go. */
function anyRedirect(scene: Scene, prng: Prng): object {
  const wrong = prng.chance(0.1) ? prng.pick(["169.254.169.254", "127.0.0.1", "0.0.0.0", "1.2.3.4.5"]) : undefined;
  if (prng.chance(0.3)) return { TASK: "REDIRECT", SERVER_REDIRECT: { ip: wrong ?? UNNAMED, port: 9_101 } };
  const ip = wrong ?? prng.pick(named);
  const epoch = scene.node.status().epoch + prng.integer(-1, 2);
  const terms = { borrower: nameOf(`${ip}:9101`), leaseMs: prng.pick([0, 5_000, 30_000, 1e300]) };
  return { ...redirect(Math.max(1, epoch), terms), SERVER_REDIRECT: { ip, port: 9_101 } };
}

/** Mostly it is the right master that answers. */
const welcomeOf = (scene: Scene, prng: Prng, members: object = {}): object => ({
  ...welcome(members),
  SERVER_UUID: prng.chance(0.8) ? nameOf(scene.target()) : "somebody else",
});

/** One thing that the world may do to a worker. */
function step(scene: Scene, ledger: Ledger, prng: Prng, nowS: number): void {
  const running = scene.running();
  const run = running[prng.integer(0, Math.max(0, running.length - 1))];
  if (scene.isDialling()) {
    if (prng.chance(0.8)) scene.opens();
    else scene.closes(prng.pick(["ERR_DIAL_REFUSED", "ERR_DIAL_TIMEOUT"]));
    if (scene.isOpen() && prng.chance(0.7)) {
      const greeting = welcomeOf(scene, prng);
      scene.says(prng.pick([greeting, greeting, { TASK: "NO_TASK" }, anyRedirect(scene, prng)]));
    }
  } else if (prng.chance(0.3) && run !== undefined) end(scene, ledger, run, prng);
  else if (prng.chance(0.1) && run !== undefined) scene.progresses(run, prng.next() * 3 - 1, "\u202enote");
  else if (prng.chance(0.03) && scene.isOpen())
    scene.closes(prng.pick(["CONN_ENDED", "ERR_CONN_RESET", "ERR_SLOW_CONSUMER"]));
  else if (prng.chance(0.2)) scene.passTo(nowS);
  else if (prng.chance(0.02)) {
    scene.sleepTo(nowS);
    // What came meanwhile may be read before any timer.
    if (prng.chance(0.5)) scene.wake();
  } else if (scene.isOpen()) scene.says(anyLine(scene, ledger, prng));
  else scene.passTo(nowS);
}

/** What a master that behaves answers to a line. */
function answer(scene: Scene, line: string, style: string): void {
  if (!scene.isOpen()) return;
  if (line.includes('"WORKER":"ALIVE"') && line.includes("SERVER_UUID")) scene.says(RETURN);
  else if (line.includes('"WORKER":"ALIVE"')) scene.says(style === "auto" ? welcome() : { TASK: "NO_TASK" });
  else if (line.includes("WORKER_HEARTBEAT")) scene.says({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: "m" });
  else if (line.includes('"STATUS"') && !line.includes("EXT")) scene.says({ STATUS: "ACK" });
}

/**
 * From now on everybody behaves: the worker must come home, get rid of all that it owes there, and leave when it is asked
 * to.
 */
function behave(scene: Scene, ledger: Ledger, prng: Prng, startS: number, style: string): void {
  if (scene.isOpen() && scene.node.status().isAway) scene.says(RETURN);
  for (let round = 1; round < 4_000 && scene.node.status().phase !== "left"; round++) {
    if (round === 1_000) {
      expect(scene.node.status().isAway).toBe(false);
      scene.drain();
    }
    for (const run of scene.running()) end(scene, ledger, run, prng);
    if (scene.isDialling()) scene.opens();
    const lines = scene.sent();
    audit(scene, ledger);
    for (const line of lines) answer(scene, line, style);
    audit(scene, ledger);
    const said = scene.node.status().talk === "session" ? keysAt(ledger.said, scene.target()) : [];
    if (said.length > 0) {
      for (const key of said) {
        ledger.owed.delete(key);
        ledger.said.delete(key);
      }
      scene.says({ STATUS: "ACK", EXT: { v: 1, acks: said.map(refOf) } });
    }
    scene.passTo(startS + round / 50);
  }
}

test(`${SEEDS} workers at masters gone mad: nothing crashes, nothing is reported that is not over or to the wrong master, nothing is forgotten, and all come home`, {
  timeout: 120_000,
}, () => {
  const seen = new Map<string, number>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const prng = createPrng(`worker ${seed}`);
    const style = prng.pick(["auto", "auto", "auto", "pull", "push"] as const);
    const slots = prng.pick([1, 2, 4, 64]);
    const scene = createWorkerScene({ style, slots, answerMs: seconds(3) });
    const ledger: Ledger = {
      ...{ attempts: new Map(), owed: new Set(), said: new Set(), forgiven: new Set(), seen },
      ...{ place: HOME, isAway: false, epochSaid: 0 },
    };
    scene.start();
    let nowS = 0;
    for (let count = 0; count < STEPS; count++) {
      nowS += prng.chance(0.05) ? prng.next() * 20 : prng.next() * 0.1;
      step(scene, ledger, prng, nowS);
      audit(scene, ledger);
    }
    const isAbandoned = prng.chance(0.2);
    if (isAbandoned) {
      scene.abandon();
      audit(scene, ledger);
      scene.passTo(nowS + 1);
    } else behave(scene, ledger, prng, nowS, style);
    expect([seed, scene.node.status().phase]).toEqual([seed, "left"]);
    expect(scene.node.nextDeadline()).toBeUndefined();
    if (!isAbandoned && style === "auto") {
      const left = keysAt(ledger.owed, HOME).filter((key) => !ledger.forgiven.has(key));
      expect([seed, left]).toEqual([seed, []]);
    }
  }
  // A world in which little happened would prove little.
  const talk = ["connected", "stalled", "disconnected: ERR_MASTER_SILENT", "disconnected: ERR_LINE_VIOLATION"];
  const outcomes = ["OK", "ERR_WORKER_BUSY", "ERR_TASK_FAILED", "ERR_TASK_TYPE_UNKNOWN", "ERR_TASK_CANCELLED"];
  const moves = ["redirect", "return", "lease-over", "unreachable", "other-master"];
  const often = [
    ...moves.map((why) => `moved: ${why}`),
    "! refused ERR_REDIRECT_STALE",
    "! refused ERR_REDIRECT_NOT_HOME",
    ...talk.map((what) => `! ${what}`),
    ...outcomes.map((what) => `result ${what}`),
    ...["ALIVE", "PONG", "NOK", "WORKER_HEARTBEAT", "resynced", "run", "cancel", "leave"],
  ];
  expect(often.filter((what) => (seen.get(what) ?? 0) < 50)).toEqual([]);
});
