import { formatEndpoint } from "@mutirao/primitives";
import { target } from "../../calm.ts";
import { createEventLoop } from "../../event-loop.ts";
import type { MasterSlot } from "../../farm/world.ts";
import { isOver } from "../../faults/fault.ts";
import { createForeignConn } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { LendingArena, LendingFault } from "./lending-fault.ts";

/** Says one line to a master, from this machine, and hangs up. */
function say({ world, prng }: LendingArena, from: Machine, slot: MasterSlot, line: string): void {
  const loop = createEventLoop(prng.fork("words"));
  const views = createForeignConn({ opened: (conn) => conn.say(line), line: (conn) => conn.end() });
  const { listensAt } = slot.plan;
  const socket = world.network.connect(from, loop, from.addresses[0], listensAt, views.network);
  views.attach(socket);
  if (from === world.forger) world.forged.set(formatEndpoint(socket.local), line.length);
  world.scheduler.after(2_000, () => views.conn.isOver || views.conn.abort());
}

/** Words that would move workers, if they came from whom they name. */
function forgedLine({ world, prng }: LendingArena, slot: MasterSlot): string {
  const others = world.masters.filter((other) => other !== slot);
  const name = others[prng.integer(0, others.length - 1)]?.plan.id ?? "master-9";
  const open = slot.life === undefined ? [] : [...world.loans.of(slot.life).open.values()];
  const loan = open[prng.integer(0, open.length - 1)];
  const worker = loan?.worker ?? "m0.w0";
  const epoch = loan?.epoch ?? 1;
  const [host] = world.forger.addresses;
  const EXT = { v: 1, leases: [[worker, epoch]] };
  const figures = { spare: 0, waitMs: 0, backlog: 0, workers: 1, serviceMs: 1, state: "NORMAL" };
  const lines = [
    { SERVER_UUID: name, TASK: "COMMAND_RELEASE", WORKERS_UUID: [worker], EXT },
    { SERVER_UUID: name, TASK: "COMMAND_RELEASE", WORKERS_UUID: [worker], EXT: { ...EXT, count: 1 } },
    { SERVER_UUID: name, RESPONSE: "RELEASE_COMPLETED", WORKERS_UUID: [worker], EXT },
    { SERVER_UUID: name, TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: host, port: 9_101, needed: 9 } },
    { SERVER_UUID: name, TASK: "HEARTBEAT", EXT: { v: 1 } },
    { SERVER_UUID: name, TASK: "HEARTBEAT", EXT: { v: 1, ...figures, guests: [[worker, epoch + 1]] } },
    { TASK: "REDIRECT", SERVER_REDIRECT: { ip: host, port: 9_101 } },
    { TASK: "RETURN", SERVER_RETURN: { ip: host, port: 9_101 } },
    { STATUS: "OK", TASK: "QUERY", WORKER_UUID: worker, SALDO: 0 },
  ];
  return `${JSON.stringify(prng.pick(lines as [object, ...object[]]))}\n`;
}

export const falseWords = {
  forge: {
    what: "somebody on a machine of his own speaks in the name of a master, or of a worker",
    begin(arena) {
      const { world, prng } = arena;
      const slot = world.masters[prng.integer(0, world.masters.length - 1)];
      if (slot?.life === undefined) return undefined;
      for (let times = prng.integer(1, 4); times > 0; times--) say(arena, world.forger, slot, forgedLine(arena, slot));
      world.calm.jolt(target(slot.life.number), "forge");
      return isOver;
    },
  },

  replay: {
    what: "a line that one master once said to another comes again, from the same machine, much later",
    begin(arena) {
      const { world, prng } = arena;
      const heard = world.loans.heard[prng.integer(0, world.loans.heard.length - 1)];
      const slot = world.masters[heard?.to ?? -1];
      const from = world.masters[heard?.from ?? -1];
      if (heard === undefined || slot?.life === undefined || from === undefined) return undefined;
      for (let times = prng.integer(1, 2); times > 0; times--) say(arena, from.machine, slot, heard.line);
      world.calm.jolt(target(slot.life.number), "replay");
      return isOver;
    },
  },
} satisfies Record<string, LendingFault>;
