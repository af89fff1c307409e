import { connect, createServer, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alternateFamilies, type RaceOutcome, raceConnects } from "../src/happy-eyeballs.ts";

const server = createServer((socket) => socket.on("error", () => {}).resume());
let port = 0;
let begun: Map<string, Socket>;

beforeEach(async () => {
  begun = new Map();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterEach(async () => {
  for (const socket of begun.values()) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Addresses by what becomes of them: a socket that was never told to connect is one whose SYN is never answered. */
function begin(address: string): Socket {
  if (address.startsWith("throws")) throw new TypeError(address);
  const socket = address.startsWith("silent") ? new Socket() : connect({ host: "127.0.0.1", port: portFor(address) });
  begun.set(address, socket);
  return socket;
}
const portFor = (address: string): number => (address.startsWith("refuses") ? 1 : port);

const race = (addresses: readonly string[]): Promise<RaceOutcome> =>
  new Promise((resolve) => {
    raceConnects(addresses, begin, resolve);
  });

const socketOf = (outcome: RaceOutcome): Socket | undefined => ("socket" in outcome ? outcome.socket : undefined);

describe("the race of connects", () => {
  it("takes the first address if it answers, and tries no other", async () => {
    const outcome = await race(["answers 1", "answers 2"]);
    expect(socketOf(outcome)).toBe(begun.get("answers 1"));
    expect([...begun.keys()]).toEqual(["answers 1"]);
    expect(socketOf(outcome)?.listenerCount("error")).toBe(0);
  });

  it("goes on to the next as soon as one fails, however it fails", async () => {
    const outcome = await race(["throws", "refuses", "answers"]);
    expect(socketOf(outcome)).toBe(begun.get("answers"));
  });

  it("tries the next alongside one that does not answer, and gives the loser up", async () => {
    const outcome = await race(["silent", "answers"]);
    expect(socketOf(outcome)).toBe(begun.get("answers"));
    expect(begun.get("silent")?.destroyed).toBe(true);
  });

  it("lets a slow one win after all", async () => {
    const outcome = new Promise<RaceOutcome>((resolve) => {
      const slow = (address: string): Socket => {
        const socket = begin(address);
        // The first answers only once the second is under way.
        if (address === "silent 2") begun.get("silent 1")?.connect(port, "127.0.0.1");
        return socket;
      };
      raceConnects(["silent 1", "silent 2"], slow, resolve);
    });
    expect(socketOf(await outcome)).toBe(begun.get("silent 1"));
    expect(begun.get("silent 2")?.destroyed).toBe(true);
  });

  it("gives the error of each when all fail", async () => {
    const outcome = await race(["refuses", "throws", "refuses too"]);
    const errors = "errors" in outcome ? outcome.errors : [];
    expect(errors.map((error) => (error as NodeJS.ErrnoException).code ?? error.name)).toEqual([
      "ECONNREFUSED",
      "TypeError",
      "ECONNREFUSED",
    ]);
  });

  it("is silent once given up, and leaves nothing open", async () => {
    const outcomes: RaceOutcome[] = [];
    const giveUp = raceConnects(["silent", "answers"], begin, (outcome) => outcomes.push(outcome));
    giveUp();
    expect(begun.get("silent")?.destroyed).toBe(true);
    const late = raceConnects(["answers late"], begin, (outcome) => outcomes.push(outcome));
    late();
    await race(["answers"]);
    expect(outcomes).toEqual([]);
  });
});

describe("alternateFamilies", () => {
  it.each([
    [
      ["::1", "::2", "10.0.0.1"],
      ["::1", "10.0.0.1", "::2"],
    ],
    [
      ["10.0.0.1", "10.0.0.2", "::1"],
      ["10.0.0.1", "::1", "10.0.0.2"],
    ],
    [["10.0.0.1", "10.0.0.1"], ["10.0.0.1"]],
    [
      ["10.0.0.1", "::1", "::2", "::3"],
      ["10.0.0.1", "::1", "::2", "::3"],
    ],
    [[], []],
  ])("%j is tried as %j", (addresses, expected) => {
    expect(alternateFamilies(addresses)).toEqual(expected);
  });
});
