import { describe, expect, test } from "vitest";
import { createSmallTown } from "./small-town.ts";

describe("connections", () => {
  test("a dial takes a round trip, and the listener learns of it half a trip later", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(19);
    expect(dialled.told).toEqual([]);
    town.pass(1);
    expect([dialled.told, town.accepted.length]).toEqual([["opened"], 0]);
    town.pass(10);
    expect(town.accepted.map(({ socket }) => socket.remote)).toEqual([dialled.socket.local]);
  });

  test("bytes keep their order, and FIN comes after them", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    dialled.write("early ");
    town.pass(30);
    dialled.write("late");
    dialled.socket.end();
    town.pass(10);
    expect(town.accepted[0]?.told).toEqual(["early ", "late", "ended"]);
  });

  test("nobody listens: refused; nobody is there: unreachable", () => {
    const town = createSmallTown();
    const [refused, unreachable] = [town.dial(81), town.dial(80, "10.9.9.9")];
    town.pass(20);
    expect([refused.told, unreachable.told]).toEqual([["broken: refused"], ["broken: unreachable"]]);
  });

  test("a machine that is off answers nothing", () => {
    const town = createSmallTown();
    town.b.isUp = false;
    const dialled = town.dial();
    town.pass(100_000);
    expect(dialled.told).toEqual([]);
  });

  test("a SYN that is lost is repeated", () => {
    const town = createSmallTown();
    town.b.isUp = false;
    const dialled = town.dial();
    town.pass(900);
    town.b.isUp = true;
    town.pass(200);
    expect(dialled.told).toEqual(["opened"]);
  });

  test("a sender waits when the receiver does not read, and goes on when it does", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    const [accepted] = town.accepted;
    accepted?.socket.pauseReading();
    dialled.write("x".repeat(150));
    town.pass(100);
    expect([dialled.socket.unsentBytes, accepted?.told]).toEqual([50, []]);
    accepted?.socket.resumeReading();
    town.pass(100);
    expect(dialled.socket.unsentBytes).toBe(0);
    expect(accepted?.told.join("")).toBe("x".repeat(150));
    expect(dialled.told).toContain("drained");
  });

  test("what comes for a process that is stopped waits in its system, which goes on accepting", () => {
    const town = createSmallTown();
    town.loopB.stop();
    const dialled = town.dial();
    dialled.write("hello");
    town.pass(1_000);
    expect([dialled.told, town.accepted.length]).toEqual([["opened"], 0]);
    town.loopB.resume();
    expect(town.accepted[0]?.told).toEqual(["hello"]);
  });
});

describe("how processes end", () => {
  test.each([
    ["closed", ["opened", "ended"]],
    ["reset", ["opened", "broken: reset"]],
    ["silent", ["opened"]],
  ] as const)("%s: the other side is told %j", (style, told) => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    town.network.end(town.loopB, style);
    town.pass(1_000);
    expect(dialled.told).toEqual(told);
  });

  test("whoever speaks to a connection that the other machine has forgotten gets a reset", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    town.network.end(town.loopB, "silent");
    dialled.write("still there?");
    town.pass(20);
    expect(dialled.told).toEqual(["opened", "broken: reset"]);
    expect(town.network.openHalves).toBe(0);
  });

  test("the port of a process that has ended is free", () => {
    const town = createSmallTown();
    const at = { host: "10.0.0.2", port: 80 };
    expect(town.network.listen(town.b, town.loopA, at, () => expect.unreachable())).toBeUndefined();
    town.network.end(town.loopB, "silent");
    expect(town.network.listen(town.b, town.loopA, at, () => expect.unreachable())?.endpoint).toEqual(at);
  });
});

describe("faults of links", () => {
  test("a blocked link holds back what is sent, and gives it late when it heals", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    const link = town.network.link(town.a, town.b);
    link.blocks++;
    dialled.write("held ");
    town.pass(100);
    dialled.write("back");
    town.pass(100);
    expect([town.accepted[0]?.told, town.sights]).toEqual([[], ["stalled"]]);
    link.blocks--;
    town.network.heal(link);
    town.pass(500);
    expect(town.accepted[0]?.told).toEqual(["held ", "back"]);
  });

  test("a one-way block lets the other way through, and no dial", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    town.network.link(town.a, town.b).blocks++;
    town.accepted[0]?.write("I hear nothing");
    const second = town.dial();
    town.pass(500);
    expect([dialled.told, second.told]).toEqual([["opened", "I hear nothing"], []]);
  });

  test("the system gives up what stays blocked", () => {
    const town = createSmallTown(15_000);
    const dialled = town.dial();
    town.pass(30);
    town.network.link(town.a, town.b).blocks++;
    dialled.write("nobody hears this");
    town.pass(20_000);
    expect([dialled.told, town.sights]).toEqual([
      ["opened", "broken: gave-up"],
      ["stalled", "gave-up"],
    ]);
  });

  test("a connection that is swallowed says nothing to anybody", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    const [half] = town.network.connectionsBetween(town.a, town.b);
    if (half?.other === undefined) throw new Error("there is a connection");
    half.out.isSwallowed = true;
    half.other.out.isSwallowed = true;
    dialled.write("lost");
    town.accepted[0]?.socket.abort();
    town.pass(10_000);
    expect([dialled.told, town.accepted[0]?.told]).toEqual([["opened"], []]);
  });

  test("a connection can be cut at both ends, or in the middle of the next line", () => {
    const town = createSmallTown();
    const [whole, torn] = [town.dial(), town.dial()];
    town.pass(30);
    const [first, second] = town.network.connectionsBetween(town.a, town.b);
    if (first === undefined || second === undefined) throw new Error("there are two connections");
    town.network.cut(first);
    let cuts = 0;
    second.out.cutNext = () => cuts++;
    torn.write("0123456789");
    town.pass(100);
    expect([whole.told, town.accepted[0]?.told]).toEqual([["opened", "broken: reset"], ["broken: reset"]]);
    expect([torn.told, town.accepted[1]?.told]).toEqual([
      ["opened", "broken: reset"],
      ["01234", "broken: reset"],
    ]);
    expect(cuts).toBe(1);
  });

  test("a slow link takes its time, byte by byte", () => {
    const town = createSmallTown();
    const dialled = town.dial();
    town.pass(30);
    town.network.link(town.a, town.b).bytesPerMs = 1;
    dialled.write("x".repeat(50));
    town.pass(59);
    expect(town.accepted[0]?.told).toEqual([]);
    town.pass(1);
    expect(town.accepted[0]?.told).toEqual(["x".repeat(50)]);
  });

  test("a firewall refuses, a missing route is unreachable, and neither harms what is open", () => {
    const town = createSmallTown();
    const open = town.dial();
    town.pass(30);
    const link = town.network.link(town.a, town.b);
    link.refusals++;
    const refused = town.dial();
    town.pass(20);
    link.detours++;
    const unreachable = town.dial();
    open.write("unharmed");
    town.pass(20);
    expect([refused.told, unreachable.told]).toEqual([["broken: refused"], ["broken: unreachable"]]);
    expect(town.accepted[0]?.told).toEqual(["unharmed"]);
  });
});
