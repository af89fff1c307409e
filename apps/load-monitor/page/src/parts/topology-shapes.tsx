import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import { computed, type ReadonlySignal, signal, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { eyes, freshness, now, selected, state } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { ageMs } from "../model/ages.ts";
import type { Point } from "../model/layout.ts";
import { busyShare } from "../model/masters.ts";
import { MASTER_RADIUS, neighbourOf, pointOf, type Sight, type WorkerDot } from "../model/topology.ts";

export type Positions = ReadonlyMap<string, Point>;

const ORIGIN: Point = { x: 0, y: 0 };

/** The one master that the Tab key leads to; the arrow keys lead on. */
const focused = signal<string | undefined>(undefined);

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

interface MasterNodesProps {
  readonly ids: readonly string[];
  readonly positions: ReadonlySignal<Positions>;
  readonly isDetailed: boolean;
}

/** Nodes that are made in one frame: a crowd comes in step by step, and nothing waits for it. */
const CHUNK = 60;

export function MasterNodes({ ids, positions, isDetailed }: MasterNodesProps) {
  const first = useComputed(() => focused.value ?? ids[0]);
  const chunks = useMemo(
    () => Array.from({ length: Math.ceil(ids.length / CHUNK) }, (_, n) => ids.slice(n * CHUNK, (n + 1) * CHUNK)),
    [ids],
  );
  const [shown, show] = useState(1);
  useEffect(() => {
    if (shown >= chunks.length) return;
    const frame = requestAnimationFrame(() => show(shown + 1));
    return () => cancelAnimationFrame(frame);
  }, [shown, chunks]);
  return (
    <g onKeyDown={(event) => moveFocus(event, positions.peek())}>
      {chunks.slice(0, shown).map((chunk, n) => (
        <Chunk key={n} ids={chunk} first={first} positions={positions} isDetailed={isDetailed} />
      ))}
    </g>
  );
}

interface ChunkProps extends MasterNodesProps {
  readonly first: ReadonlySignal<string | undefined>;
}

/** What is the same as before is not looked at again. */
const Chunk = ({ ids, first, positions, isDetailed }: ChunkProps) =>
  useMemo(
    () => (
      <>
        {ids.map((id) => (
          <MasterNode key={id} id={id} first={first} positions={positions} isDetailed={isDetailed} />
        ))}
      </>
    ),
    [ids, first, positions, isDetailed],
  );

function moveFocus(event: KeyboardEvent & { readonly currentTarget: SVGGElement }, positions: Positions): void {
  const direction = directions[event.key];
  const from = event.target instanceof SVGElement ? event.target.dataset["master"] : undefined;
  if (direction === undefined || from === undefined) return;
  event.preventDefault();
  const next = neighbourOf(from, direction, positions);
  if (next === undefined) return;
  focused.value = next;
  const nodes = event.currentTarget.querySelectorAll<SVGGElement>("[data-master]");
  [...nodes].find(({ dataset }) => dataset["master"] === next)?.focus();
}

interface MasterNodeProps {
  readonly id: string;
  readonly first: ReadonlySignal<string | undefined>;
  readonly positions: ReadonlySignal<Positions>;
  readonly isDetailed: boolean;
}

function MasterNode({ id, first, positions, isDetailed }: MasterNodeProps) {
  const place = useRef<SVGGElement>(null);
  // Moving it draws nothing of it anew.
  useSignalEffect(() => {
    const { x, y } = positions.value.get(id) ?? ORIGIN;
    if (place.current !== null) place.current.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  });
  const isFirst = useComputed(() => first.value === id);
  const master = useComputed(() => state.value.masters.get(id));
  const fresh = useComputed(() => freshness(id));
  const isSelected = useComputed(() => selected.value === id);
  const seen = useComputed(() => seenStatus(id));
  if (master.value === undefined) return null;
  const choose = (): void => {
    selected.value = id;
    focused.value = id;
  };
  const { state: load, backlog } = master.value;
  const words = text.value;
  const age = format.value.age(ageMs(master.value.heardAt, now.peek()));
  const said = words.masterLabel(id, words.states[load], format.value.number(backlog), age);
  const seenAs = seen.value === undefined ? "" : format.value.word(words.statuses, seen.value);
  const look = `master state-${load} is-${fresh.value}${isSelected.value ? " is-selected" : ""} seen-${seen.value}`;
  return (
    <g class={look} ref={place}>
      <g
        role="button"
        // In SVG the name of an attribute is taken as it is written.
        tabindex={isFirst.value ? 0 : -1}
        aria-pressed={isSelected.value}
        aria-label={seenAs === "" ? said : `${said}, ${words.seenAs(seenAs)}`}
        data-master={id}
        onClick={choose}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose();
        }}
      >
        <Circles master={master.value} isDetailed={isDetailed} />
      </g>
      <g aria-hidden="true">
        <Texts master={master.value} isStale={fresh.value !== "fresh"} isDetailed={isDetailed} seenAs={seenAs} />
      </g>
    </g>
  );
}

/** What the master whose eyes are used says of another. */
function seenStatus(id: string): string | undefined {
  if (eyes.value === undefined || eyes.value === id) return undefined;
  return state.value.masters.get(eyes.value)?.peers.find((peer) => peer.id === id)?.status;
}

interface CirclesProps {
  readonly master: MonitoredMaster;
  readonly isDetailed: boolean;
}

/** In a crowd, how busy its workers are is a ring, as there is no room for a dot for each. */
function Circles({ master, isDetailed }: CirclesProps) {
  const share = busyShare(master);
  const length = 2 * Math.PI * (MASTER_RADIUS + 5);
  return (
    <>
      <circle class="node" r={MASTER_RADIUS} />
      {isDetailed || share === null ? null : (
        <circle
          class="busy"
          r={MASTER_RADIUS + 5}
          stroke-dasharray={`${share * length} ${length}`}
          transform="rotate(-90)"
        />
      )}
    </>
  );
}

interface TextsProps extends CirclesProps {
  readonly isStale: boolean;
  readonly seenAs: string;
}

const LABEL_MAX = 18;
export const shortId = (id: string): string => (id.length > LABEL_MAX ? `${id.slice(0, LABEL_MAX - 1)}…` : id);

/** In a crowd, only those in trouble have their names written. */
function Texts({ master, isStale, isDetailed, seenAs }: TextsProps) {
  const { id, state: load, backlog, heardAt } = master;
  const isInTrouble = load === "SATURATED" || load === "STALLED";
  return (
    <>
      <text class="node-figure" y="5">
        {format.value.number(backlog)}
      </text>
      {isDetailed || isInTrouble ? (
        <text class="node-name" y={MASTER_RADIUS + (isDetailed ? 36 : 18)}>
          {shortId(id)}
        </text>
      ) : null}
      {isDetailed && isInTrouble ? (
        <text class="node-state" y={MASTER_RADIUS + 50}>
          {text.value.states[load]}
        </text>
      ) : null}
      {isStale ? <StaleAge at={heardAt} y={MASTER_RADIUS + (isDetailed ? 64 : 31)} /> : null}
      {seenAs === "" ? null : (
        <text class="node-seen" y={-MASTER_RADIUS - 26}>
          {seenAs}
        </text>
      )}
    </>
  );
}

function StaleAge({ at, y }: { readonly at: string; readonly y: number }) {
  const said = useMemo(() => computed(() => text.value.ago(format.value.age(ageMs(at, now.value)))), [at]);
  return (
    <text class="node-age" y={y}>
      {said}
    </text>
  );
}

/** Workers, each where it is; one that moves is seen moving, by the transition of its place. */
export const Dots = ({ dots, positions }: { readonly dots: readonly WorkerDot[]; readonly positions: Positions }) => (
  <g class="dots">
    {dots.map((dot) => (
      <Dot key={dot.key} dot={dot} at={pointOf(dot.place, positions)} />
    ))}
  </g>
);

function Dot({ dot, at }: { readonly dot: WorkerDot; readonly at: Point | undefined }) {
  if (at === undefined) return null;
  const { worker, look, isBorrowed, place } = dot;
  return (
    <g class="dot-place" style={{ transform: `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)` }}>
      <circle
        class={`dot look-${look}${isBorrowed ? " is-borrowed" : ""}${place.kind === "at" ? "" : " is-away"}`}
        r="5"
        {...(worker === undefined ? {} : { "data-worker": worker.id, "data-place": worker.master ?? "" })}
      >
        {worker === undefined ? null : (
          <title>{`${text.value.worker(worker.id)} ${text.value.ofMaster(worker.owner)}`}</title>
        )}
      </circle>
    </g>
  );
}

/** How masters see each other: only what is missed catches the eye. */
export const Sights = ({ sights, positions }: { readonly sights: readonly Sight[]; readonly positions: Positions }) => (
  <g class="sights" aria-hidden="true">
    {sights.map(({ from, to, status }) => {
      const [a, b] = [positions.get(from), positions.get(to)];
      if (a === undefined || b === undefined) return null;
      const look = status === "ALIVE" ? "sight" : "sight misses";
      // Each side's half is of its own colour: the two need not agree.
      return (
        <line
          key={JSON.stringify([from, to])}
          class={look}
          x1={a.x}
          y1={a.y}
          x2={(a.x + b.x) / 2}
          y2={(a.y + b.y) / 2}
        />
      );
    })}
  </g>
);
