import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { guardLookup } from "../src/guarded-lookup.ts";

/** What a name resolves to behind the guard, and what that has written to the log. */
function look(home: string, name: string, ...addresses: readonly string[]) {
  const logged: string[] = [];
  const log = new Writable({
    write(chunk: Buffer, _, done) {
      logged.push((JSON.parse(chunk.toString()) as { readonly msg: string }).msg);
      done();
    },
  });
  const resolve = (_: string, done: (error: Error | null, found: readonly { address: string }[]) => void): void =>
    done(
      null,
      addresses.map((address) => ({ address })),
    );
  const lookup = guardLookup(resolve, { host: home, port: 9_101 }, pino(log));
  let found: readonly string[] = [];
  for (let times = 0; times < 3; times++) {
    lookup(name, (_, answer) => {
      found = answer.map(({ address }) => address);
    });
  }
  return { found, logged };
}

describe("a name that a worker is sent to stands for no address that it may not be sent to", () => {
  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1%eth0"])(
    "not for %s",
    (address) => {
      const { found, logged } = look("10.0.0.5", "trap.example", address, "10.0.0.7");
      expect(found).toEqual(["10.0.0.7"]);
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(`does not connect to trap.example at ${address}: `);
    },
  );

  test("one on this machine, if the home is there too", () => {
    expect(look("127.0.0.1", "neighbour.example", "127.0.0.2", "169.254.169.254").found).toEqual(["127.0.0.2"]);
  });

  test("the home is where its name says, which the operator has given", () => {
    expect(look("home.example", "home.example", "127.0.0.1")).toEqual({ found: ["127.0.0.1"], logged: [] });
  });
});

test("a look-up that fails fails", () => {
  const lookup = guardLookup(
    (_, done) => done(new Error("no such name"), []),
    { host: "10.0.0.5", port: 9_101 },
    pino({ level: "silent" }),
  );
  lookup("gone.example", (error) => expect(error?.message).toBe("no such name"));
});
