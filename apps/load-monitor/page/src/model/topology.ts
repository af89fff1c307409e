import type { MonitoredLoan, MonitoredMaster, MonitoredWorker, SeenPeer } from "@mutirao/operator-api/monitor";
import type { Point } from "./layout.ts";
import type { PageState } from "./state.ts";

/** Beyond so many, a worker is not a dot of its own any more, but part of the ring around its master. */
const DOTS_MAX = 240;
const DETAILED_MASTERS_MAX = 40;
/** Lines between masters that see each other: in a crowd they would be all that is seen. */
const SIGHTS_MAX_MASTERS = 12;

/** A worker as a dot. */
export interface WorkerDot {
  readonly key: string;
  /** `undefined`: its master only counts its workers. */
  readonly worker: MonitoredWorker | undefined;
  /** Where it is: a master, or on the way between two, or nowhere that is known. */
  readonly place: DotPlace;
  readonly look: "busy" | "idle" | "silent";
  readonly isBorrowed: boolean;
}

export type DotPlace =
  | { readonly kind: "at"; readonly master: string; readonly index: number; readonly of: number }
  | { readonly kind: "between"; readonly from: string; readonly to: string }
  | { readonly kind: "lost"; readonly owner: string };

/** How one master sees another. */
export interface Sight {
  readonly from: string;
  readonly to: string;
  readonly status: string;
}

export interface Topology {
  readonly ids: readonly string[];
  readonly loans: readonly MonitoredLoan[];
  readonly dots: readonly WorkerDot[];
  readonly sights: readonly Sight[];
  /** Whether workers are dots. */
  readonly isDetailed: boolean;
}

export function topologyOf(state: PageState, eyes: string | undefined): Topology {
  const loans = [...state.loans.values()];
  const inLoans = new Set(loans.flatMap(({ lender, borrower }) => [lender, borrower]));
  const masters = [...state.masters.values()].filter(({ id, freshness }) => freshness !== "gone" || inLoans.has(id));
  const ids = masters.map(({ id }) => id).sort();
  const isDetailed = state.workers.size <= DOTS_MAX && masters.length <= DETAILED_MASTERS_MAX;
  const shown = new Set(ids);
  return {
    ids,
    loans: loans.filter(({ lender, borrower }) => shown.has(lender) && shown.has(borrower)),
    dots: isDetailed ? dotsOf(masters, [...state.workers.values()], loans) : [],
    sights: sightsOf(masters, shown, eyes),
    isDetailed,
  };
}

function dotsOf(
  masters: readonly MonitoredMaster[],
  workers: readonly MonitoredWorker[],
  loans: readonly MonitoredLoan[],
): readonly WorkerDot[] {
  const dots: WorkerDot[] = [];
  const homeless: MonitoredWorker[] = [];
  const at = new Map<string, MonitoredWorker[]>(masters.map(({ id }) => [id, []]));
  for (const worker of workers) (at.get(worker.master ?? "") ?? homeless).push(worker);
  for (const { id, workers: counts } of masters) {
    const here = at.get(id) ?? [];
    dots.push(...(here.length > 0 ? dotsAt(id, here) : countedDots(id, counts.alive ?? counts.total, counts.idle)));
  }
  return [...dots, ...homeless.map((worker) => dotOf(worker, wayOf(worker, loans)))];
}

function dotsAt(master: string, here: readonly MonitoredWorker[]): readonly WorkerDot[] {
  const guests = (worker: MonitoredWorker): number => (worker.owner === master ? 0 : 1);
  return here
    .toSorted((a, b) => guests(a) - guests(b) || (a.key < b.key ? -1 : 1))
    .map((worker, index) => dotOf(worker, { kind: "at", master, index, of: here.length }));
}

function dotOf(worker: MonitoredWorker, place: DotPlace): WorkerDot {
  const { key, status, busy } = worker;
  const look = status !== "ALIVE" ? "silent" : busy === 0 ? "idle" : "busy";
  return { key, worker, place, look, isBorrowed: place.kind === "at" && place.master !== worker.owner };
}

/** Whoever has left one master and not come to the other is between the two of its loan. */
function wayOf({ id, owner }: MonitoredWorker, loans: readonly MonitoredLoan[]): DotPlace {
  const loan = loans.find(({ lender, worker }) => lender === owner && worker === id);
  return loan === undefined ? { kind: "lost", owner } : { kind: "between", from: loan.lender, to: loan.borrower };
}

const COUNTED_MAX = 24;

function countedDots(master: string, count: number | null, idle: number | null): readonly WorkerDot[] {
  const of = Math.min(COUNTED_MAX, Math.floor(count ?? 0));
  return Array.from({ length: of }, (_, index) => ({
    key: JSON.stringify([master, index]),
    worker: undefined,
    place: { kind: "at", master, index, of },
    look: index < of - (idle ?? 0) ? "busy" : "idle",
    isBorrowed: false,
  }));
}

/** With somebody's eyes: what they see. Without: who sees whom, while that can be drawn. */
function sightsOf(
  masters: readonly MonitoredMaster[],
  shown: ReadonlySet<string>,
  eyes: string | undefined,
): readonly Sight[] {
  const seers =
    eyes === undefined ? (masters.length > SIGHTS_MAX_MASTERS ? [] : masters) : masters.filter(({ id }) => id === eyes);
  return seers.flatMap(({ id, peers }) =>
    peers.flatMap((peer: SeenPeer) =>
      shown.has(peer.id) && peer.id !== id ? { from: id, to: peer.id, status: peer.status } : [],
    ),
  );
}

/** The radius of a master, and of the ring of its workers. */
export const MASTER_RADIUS = 25;
const RING_RADIUS = 41;
const RING_ROOM = 16;
const RING_STEP = 14;

/** Where a dot is drawn; `undefined` if its master is nowhere. */
export function pointOf(place: DotPlace, positions: ReadonlyMap<string, Point>): Point | undefined {
  switch (place.kind) {
    case "at":
      return around(positions.get(place.master), place.index, place.of);
    case "between": {
      const [from, to] = [positions.get(place.from), positions.get(place.to)];
      return from === undefined || to === undefined ? undefined : { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    }
    case "lost": {
      const home = positions.get(place.owner);
      return home === undefined ? undefined : { x: home.x, y: home.y - 2 * RING_RADIUS };
    }
  }
}

function around(centre: Point | undefined, index: number, of: number): Point | undefined {
  if (centre === undefined) return undefined;
  const ring = Math.floor(index / RING_ROOM);
  const inRing = Math.min(RING_ROOM, of - ring * RING_ROOM);
  const radius = RING_RADIUS + ring * RING_STEP;
  const angle = -Math.PI / 2 + (2 * Math.PI * (index % RING_ROOM)) / inRing;
  return { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
}

const FAR = 1e9;

/** The next node from one in a direction, for whoever moves with the keyboard; `undefined`: there is none. */
export function neighbourOf(from: string, direction: Point, positions: ReadonlyMap<string, Point>): string | undefined {
  const here = positions.get(from);
  if (here === undefined) return undefined;
  let best: { readonly id: string; readonly cost: number } | undefined;
  for (const [id, { x, y }] of positions) {
    const ahead = (x - here.x) * direction.x + (y - here.y) * direction.y;
    const aside = Math.abs((x - here.x) * direction.y - (y - here.y) * direction.x);
    // What lies more aside than ahead comes only when nothing else does.
    const cost = ahead + 2 * aside + (aside > ahead ? FAR : 0);
    if (id !== from && ahead > 1 && (best === undefined || cost < best.cost)) best = { id, cost };
  }
  return best?.id;
}
