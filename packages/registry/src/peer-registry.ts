import {
  after,
  assert,
  createDeadlineQueue,
  type DurationMs,
  type Endpoint,
  earlierOf,
  formatEndpoint,
  type InstantMs,
  laterOf,
  type NodeId,
} from "@mutirao/primitives";
import type { PeerStatus, RegistryChange, RegistryEntry, Transition, TransitionReason } from "./entry.ts";
import { createFailureDetector, type Watched } from "./failure-detector.ts";

/**
 * The table of peers. A peer is an id; an address is only where one answers. The rules that follow from that:
 *
 * - another id at the same address replaces the entry of the old one, which is dropped after one more timeout;
 * - the same id at another address has moved, and the old address is shown no more;
 * - unless the old address answers with that id again: then both are live, both are shown, and a warning is due.
 *
 * The only evidence is an answer to a question that we put to a configured address ourselves.
 */
export interface PeerRegistry {
  /**
   * The peer at a configured address answered a beat of ours, and said that it is `id`.
   *
   * @param address as `formatEndpoint` writes it. The caller keeps that text, as it comes here with every answer.
   */
  answered(address: string, id: NodeId, now: InstantMs): readonly RegistryChange[];
  /** Whoever was at a configured address is not there any more: somebody answered who is no peer. */
  vacated(address: string, now: InstantMs): readonly RegistryChange[];
  /** Gives the verdicts that are due. */
  wake(now: InstantMs): readonly RegistryChange[];
  /** This process was stalled until `now`. See {@link createFailureDetector}. */
  resumed(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  /**
   * The status of the peer that is known at a configured address, as `formatEndpoint` writes it; NEVER_SEEN also if there
   * is none any more, because it was found elsewhere or dropped: then nobody is missed there.
   */
  statusAt(address: string): PeerStatus;
  /** Where the id answers or last answered; `undefined` if it is not in the table. */
  addressOf(id: NodeId): Endpoint | undefined;
  /**
   * Every configured address: peers first, then those without one; both in the order in which the addresses are
   * configured, so that a peer keeps its place from one look to the next, whoever answered first.
   */
  entries(): readonly RegistryEntry[];
  /** Whether anybody was ever seen. */
  readonly hasSeenAnybody: boolean;
}

/**
 * One id as it answers, or answered, at one address.
 *
 * - `current`: it is who answers there now, as far as we know;
 * - `superseded`: the id has answered elsewhere since, so it probably moved; not shown;
 * - `replaced`: another id answers there now.
 */
interface Row extends Watched {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
  status: "ALIVE" | "TIMEOUT";
  standing: "current" | "superseded" | "replaced";
}

/** Former ids remembered per address. An address that has a new id with every beat must not fill the table. */
const REPLACED_PER_ADDRESS_MAX = 4;

const NOTHING: readonly RegistryChange[] = [];

interface State {
  readonly timeoutMs: DurationMs;
  readonly configured: ReadonlyMap<string, Endpoint>;
  /** The place of each configured address among them. */
  readonly places: ReadonlyMap<Endpoint, number>;
  /** Who answers at each configured address, by its text. */
  readonly occupants: Map<string, Row>;
  /** Everything shown or remembered of an id, oldest first. */
  readonly rowsById: Map<NodeId, readonly Row[]>;
  readonly detector: ReturnType<typeof createFailureDetector<Row>>;
  /** When each replaced row is dropped. */
  readonly drops: ReturnType<typeof createDeadlineQueue<Row>>;
  /** When the last answer came from an address, as far as it is in none of the rows any more. */
  readonly leftAt: Map<string, InstantMs>;
  hasSeenAnybody: boolean;
}

/** @param peers the configured addresses; equal ones count once. */
export function createPeerRegistry(peers: readonly Endpoint[], timeoutMs: DurationMs): PeerRegistry {
  const configured = new Map(peers.map((peer) => [formatEndpoint(peer), peer]));
  const state: State = {
    timeoutMs,
    configured,
    places: new Map([...configured.values()].map((endpoint, place) => [endpoint, place])),
    occupants: new Map(),
    rowsById: new Map(),
    detector: createFailureDetector(timeoutMs),
    drops: createDeadlineQueue(),
    leftAt: new Map(),
    hasSeenAnybody: false,
  };
  return {
    answered(address, id, now) {
      state.hasSeenAnybody = true;
      const occupant = state.occupants.get(address);
      if (occupant?.id === id) return heardAgain(state, occupant, now);
      const replaced = occupant === undefined ? [] : replace(state, occupant, now);
      return [...replaced, ...arrive(state, address, id, now)];
    },
    vacated(address, now) {
      const occupant = state.occupants.get(address);
      return occupant === undefined ? NOTHING : replace(state, occupant, now);
    },
    wake: (now) => [...verdicts(state, now), ...takeDropped(state, now)],
    resumed: (now) => state.detector.resumed(now),
    nextDeadline: () => earlierOf(state.detector.nextDeadline(), state.drops.nextDeadline()),
    statusAt: (address) => state.occupants.get(address)?.status ?? "NEVER_SEEN",
    addressOf: (id) => rowsOf(state, id).at(-1)?.endpoint,
    entries: () => shownEntries(state),
    get hasSeenAnybody() {
      return state.hasSeenAnybody;
    },
  };
}

function heardAgain(state: State, row: Row, now: InstantMs): readonly RegistryChange[] {
  const was = row.status;
  row.status = "ALIVE";
  state.detector.heard(row, now);
  if (row.standing === "current") return was === "ALIVE" ? NOTHING : [transition(row, was, "ALIVE", "answered-again")];
  // It was thought to have moved, and answers at its old address still.
  row.standing = "current";
  const twin = rowsOf(state, row.id).find((other) => other !== row && other.standing === "current");
  return twin === undefined ? [] : [{ kind: "id-shared", peer: row.id, at: [row.endpoint, twin.endpoint] }];
}

/** Somebody else answers at the row's address. */
function replace(state: State, row: Row, now: InstantMs): readonly RegistryChange[] {
  if (row.standing === "superseded") {
    remove(state, row);
    return [];
  }
  row.standing = "replaced";
  state.occupants.delete(formatEndpoint(row.endpoint));
  state.drops.schedule(row, after(now, state.timeoutMs));
  return evictReplaced(state, row.endpoint);
}

function evictReplaced(state: State, endpoint: Endpoint): readonly RegistryChange[] {
  const former = [...state.rowsById.values()]
    .flat()
    .filter((row) => row.standing === "replaced" && row.endpoint === endpoint);
  if (former.length <= REPLACED_PER_ADDRESS_MAX) return [];
  const [oldest] = former.toSorted((a, b) => a.lastSeenAt - b.lastSeenAt);
  return oldest === undefined ? [] : [drop(state, oldest)];
}

/** An id answers at an address where it was not the one to answer before. */
function arrive(state: State, address: string, id: NodeId, now: InstantMs): readonly RegistryChange[] {
  const endpoint = state.configured.get(address);
  assert(endpoint !== undefined, "only configured addresses are asked");
  const before = rowsOf(state, id);
  const row: Row = { id, endpoint, status: "ALIVE", lastSeenAt: now, standing: "current" };
  state.occupants.set(address, row);
  state.detector.heard(row, now);
  const live = before.filter((other) => other.status === "ALIVE" && other.standing === "current");
  for (const other of before) if (!live.includes(other)) remove(state, other);
  for (const other of live) other.standing = "superseded";
  state.rowsById.set(id, [...rowsOf(state, id), row]);
  return arrivalChanges(row, before, live);
}

function arrivalChanges(row: Row, before: readonly Row[], live: readonly Row[]): readonly RegistryChange[] {
  const [formerly] = live;
  if (formerly !== undefined) return [{ kind: "moved", peer: row.id, from: formerly.endpoint, to: row.endpoint }];
  if (before.length === 0) return [transition(row, "NEVER_SEEN", "ALIVE", "first-answer")];
  if (before.some((other) => other.status === "ALIVE")) return [];
  const isSameAddress = before.some((other) => other.endpoint === row.endpoint);
  return [transition(row, "TIMEOUT", "ALIVE", isSameAddress ? "answered-again" : "moved")];
}

function* verdicts(state: State, now: InstantMs): Generator<RegistryChange> {
  for (let row = state.detector.takeSilent(now); row !== undefined; row = state.detector.takeSilent(now)) {
    const hasTwin = rowsOf(state, row.id).some((other) => other !== row && other.status === "ALIVE");
    if (row.standing === "superseded") {
      // It was heard of elsewhere since, and not here again: it has moved.
      remove(state, row);
    } else if (hasTwin) {
      remove(state, row);
      yield transition(row, "ALIVE", "DROPPED", "answers-elsewhere");
    } else {
      row.status = "TIMEOUT";
      yield transition(row, "ALIVE", "TIMEOUT", "silent");
    }
  }
}

function* takeDropped(state: State, now: InstantMs): Generator<RegistryChange> {
  for (let row = state.drops.takeDue(now); row !== undefined; row = state.drops.takeDue(now)) {
    // A stall of our own may have put off its verdict; then the end of its entry waits as well.
    if (row.status === "ALIVE") state.drops.schedule(row, after(now, state.timeoutMs));
    else yield drop(state, row);
  }
}

function drop(state: State, row: Row): RegistryChange {
  remove(state, row);
  return transition(row, row.status, "DROPPED", "replaced");
}

function remove(state: State, row: Row): void {
  const key = formatEndpoint(row.endpoint);
  if (state.occupants.get(key) === row) state.occupants.delete(key);
  state.leftAt.set(key, laterOf(row.lastSeenAt, state.leftAt.get(key) ?? row.lastSeenAt));
  state.detector.forget(row);
  state.drops.cancel(row);
  const others = rowsOf(state, row.id).filter((other) => other !== row);
  if (others.length === 0) state.rowsById.delete(row.id);
  else state.rowsById.set(row.id, others);
}

function shownEntries(state: State): readonly RegistryEntry[] {
  const entries = new Map<string, RegistryEntry>();
  const show = (wantedKey: string, entry: Omit<RegistryEntry, "key">): void => {
    // Ids are the other side's choice, and one may be spelled like somebody's address.
    let key = wantedKey;
    for (let ordinal = 2; entries.has(key); ordinal++) key = `${wantedKey}#${ordinal}`;
    entries.set(key, { key, ...entry });
  };
  for (const [id, rows] of state.rowsById) {
    // The address that answered last comes first: it is the one that goes by the bare id.
    const shown = rows.filter((row) => row.standing !== "superseded").toReversed();
    for (const [index, { endpoint, lastSeenAt, status }] of shown.entries()) {
      const key = index === 0 ? id : `${id}@${formatEndpoint(endpoint)}`;
      show(key, { serverId: id, endpoint, lastSeenAt, status });
    }
  }
  const peers = [...entries.values()];
  const shownAt = new Set(peers.map(({ endpoint }) => endpoint));
  for (const [address, endpoint] of state.configured) {
    if (state.occupants.has(address) || shownAt.has(endpoint)) continue;
    const lastSeenAt = state.leftAt.get(address);
    show(address, {
      serverId: undefined,
      endpoint,
      lastSeenAt,
      status: lastSeenAt === undefined ? "NEVER_SEEN" : "TIMEOUT",
    });
  }
  const vacant = [...entries.values()].slice(peers.length);
  const placeOf = ({ endpoint }: RegistryEntry): number => state.places.get(endpoint) ?? 0;
  return [...peers.sort((a, b) => placeOf(a) - placeOf(b)), ...vacant];
}

const rowsOf = (state: State, id: NodeId): readonly Row[] => state.rowsById.get(id) ?? [];

function transition(row: Row, from: PeerStatus, to: Transition["to"], reason: TransitionReason): RegistryChange {
  return { kind: "transition", transition: { peer: row.id, endpoint: row.endpoint, from, to, reason } };
}
