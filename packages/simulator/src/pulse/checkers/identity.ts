import { type Endpoint, formatEndpoint, type NodeId, sameEndpoint } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import { ANY_HOST } from "../../network/machine.ts";
import { stallMs } from "../bounds.ts";
import { describeLife } from "../swarm/boot.ts";
import type { Happening } from "../swarm/ledger.ts";
import type { CreateChecker, Inspection, NodeLife } from "../swarm/world.ts";

/**
 * Identity is the id, never the address: an entry exists and is fresh only because an answer said so, and the answer
 * came from a process that has that id and listens there. Nobody has an entry for itself. An id that another has
 * replaced at its address is dropped.
 */
export const createIdentityChecker: CreateChecker = (world, fail) => {
  const replaced = createReplacements();

  const checkAnswer = (life: NodeLife, happening: Happening): void => {
    if (happening.kind !== "answered") return;
    const { id, conn, target, dialect } = happening;
    const loop = life.host.transport.otherLoopOf(conn);
    const party = loop === undefined ? undefined : world.partyOn(loop);
    const address = life.targets.find(({ record }) => record === target)?.address;
    const listensThere =
      party !== undefined && address !== undefined && hears(party.listensAt, party.machine.addresses, address);
    // The answer to the older spelling says nobody's id; until the next beat has tried another, it goes by its address.
    const knownAs = dialect === "legacy" ? target.key : party?.idAt(target.endpoint);
    if (listensThere && knownAs === id) return;
    fail(`${describeLife(life)} is answered by ${id} at ${target.key}, where no such process listens`);
  };

  const checkRows = ({ life, rows }: Inspection): void => {
    const keys = new Set<string>();
    for (const row of rows) {
      const problem = problemOf(life, row);
      if (problem !== undefined)
        fail(`${describeLife(life)}: the entry ${row.key} at ${formatEndpoint(row.endpoint)} ${problem}`);
      keys.add(row.key);
    }
    if (keys.size < rows.length) fail(`${describeLife(life)}: two entries have one key`);
  };

  return {
    observe({ life, happenings }) {
      for (const happening of happenings) checkAnswer(life, happening);
    },
    inspect(inspection) {
      checkRows(inspection);
      const overdue = replaced.inspect(inspection);
      if (overdue !== undefined) fail(`${describeLife(inspection.life)}: ${overdue}`);
    },
    lifeEnded: replaced.forget,
  };
};

function problemOf({ id, ledger }: NodeLife, row: RegistryEntry): string | undefined {
  const { serverId, endpoint, lastSeenAt, status } = row;
  if (!ledger.isConfigured(endpoint)) return "is for an address that is not configured";
  if (serverId === id) return "is for the node itself";
  // Without an id it stands for an address that has no peer, and perhaps had one.
  const heardAt = serverId === undefined ? ledger.lastEvidence(endpoint, id) : ledger.evidence(serverId, endpoint);
  if (serverId === undefined && status === "ALIVE") return "is ALIVE without an id";
  if ((status === "NEVER_SEEN") !== (heardAt === undefined)) return `is ${status}, heard at ${heardAt}`;
  return lastSeenAt === heardAt ? undefined : `was seen at ${lastSeenAt}, but heard at ${heardAt}`;
}

function hears(listensAt: Endpoint, addresses: readonly string[], address: Endpoint): boolean {
  if (listensAt.port !== address.port) return false;
  return listensAt.host === ANY_HOST ? addresses.includes(address.host) : listensAt.host === address.host;
}

interface Replacement {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  since: number;
}

/** Which ids another has replaced at their address, and since when. */
function createReplacements() {
  const byLife = new Map<NodeLife, Map<string, Replacement>>();

  const noteAnswer = (book: Map<string, Replacement>, { rows, now }: Inspection, happening: Happening): void => {
    if (happening.kind !== "answered") return;
    const { id, target } = happening;
    book.delete(`${id} ${target.key}`);
    for (const { serverId, endpoint } of rows) {
      if (serverId === undefined || serverId === id || !sameEndpoint(endpoint, target.endpoint)) continue;
      const key = `${serverId} ${target.key}`;
      if (!book.has(key)) book.set(key, { id: serverId, endpoint, since: now });
    }
  };

  return {
    forget: (life: NodeLife) => void byLife.delete(life),
    /** Gives what is wrong if one has outstayed its time. */
    inspect(inspection: Inspection): string | undefined {
      const { life, event, rows, now, dueAt, happenings } = inspection;
      const book = byLife.get(life) ?? new Map<string, Replacement>();
      byLife.set(life, book);
      for (const happening of happenings) noteAnswer(book, inspection, happening);
      // A stall puts off the verdict, and with it the end of the entry.
      if (dueAt !== undefined && now - dueAt > stallMs(life.slot.plan))
        for (const one of book.values()) one.since = now;
      if (event.type !== "wake") return undefined;
      for (const { id, endpoint, since } of book.values()) {
        // One timeout for its verdict, and one more until it is dropped.
        if (now < since + 2 * life.slot.plan.options.timeoutMs) continue;
        if (!rows.some((row) => row.serverId === id && sameEndpoint(row.endpoint, endpoint))) continue;
        return `${id} was replaced at ${formatEndpoint(endpoint)} ${Math.round(now - since)} ms ago and is still there`;
      }
      return undefined;
    },
  };
}
