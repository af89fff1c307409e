import { computed, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { eyes, state, steadyIds } from "../live/page.ts";
import { textScale } from "../live/text-scale.ts";
import { text } from "../live/words.ts";
import { createLayout, type Point } from "../model/layout.ts";
import { MASTER_RADIUS, type Topology, topologyOf } from "../model/topology.ts";
import { NoMasters } from "./masters.tsx";
import { Choice, Panel } from "./panel.tsx";
import { LoanEdges } from "./topology-loans.tsx";
import { Dots, MasterNodes, Sights } from "./topology-shapes.tsx";

const topology = computed(() => topologyOf(state.value, eyes.value));
const ids = steadyIds(() => topology.value.ids);
const pairOf = (a: string, b: string): string => JSON.stringify([a, b].sort());
/** Pairs that belong together, as texts, so that the same pairs are the same list. With somebody's eyes nothing moves. */
const pairs = steadyIds(() => {
  const { loans, sights } = topologyOf(state.value, undefined);
  const all = [
    ...loans.map(({ lender, borrower }) => pairOf(lender, borrower)),
    ...sights.map(({ from, to }) => pairOf(from, to)),
  ];
  return [...new Set(all)].sort();
});
const isDetailed = computed(() => topology.value.isDetailed);

const layout = createLayout();
const positions = signal<ReadonlyMap<string, Point>>(new Map());
const room = signal({ width: 640, height: 420 });
const zoom = signal(1);
const pan = signal<Point>({ x: 0, y: 0 });

/** What one frame may spend on the layout. */
const FRAME_MS = 6;
/** In a crowd, moving everything at every step costs more than the steps. */
const ANIMATED_MAX = 60;
const MARGIN = 84;
const ZOOM_STEP = 1.4;
const ZOOM_MAX = 8;
const LARGER_MAX = 1.3;

/** Masters, their workers, and who has lent whom to whom. */
export function TopologyPanel() {
  const words = text.value;
  const aside = (
    <Choice
      isLabelShown
      label={words.seenBy}
      value={eyes.value ?? ""}
      choices={[["", words.allEyes], ...ids.value.map((id) => [id, id] as const)]}
      onChoose={(id) => {
        eyes.value = id === "" ? undefined : id;
      }}
    />
  );
  return (
    <Panel id="topology" title={words.topology} aside={ids.value.length === 0 ? null : aside}>
      {ids.value.length === 0 ? <NoMasters /> : <Plan />}
    </Panel>
  );
}

function Plan() {
  const box = useRef<HTMLDivElement>(null);
  useRoom(box);
  useLayout();
  const words = text.value;
  const { loans, dots, sights } = topology.value;
  const [shownIds, detailed] = [ids.value, isDetailed.value];
  const nodes = useMemo(
    () => <MasterNodes ids={shownIds} positions={positions} isDetailed={detailed} />,
    [shownIds, detailed],
  );
  return (
    <>
      <div class="map" ref={box}>
        <svg
          viewBox={viewBox.value}
          role="group"
          aria-label={words.topologyLabel(ids.value.length, loans.length)}
          class={eyes.value === undefined ? "" : "with-eyes"}
          {...dragging}
        >
          <Defs />
          <Sights sights={sights} positions={positions.value} />
          <LoanEdges loans={loans} positions={positions.value} />
          {nodes}
          <Dots dots={dots} positions={positions.value} />
        </svg>
        <ZoomButtons />
      </div>
      <Legend topology={topology.value} />
    </>
  );
}

const Defs = () => (
  <defs>
    <marker id="loan-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
      <path d="M0 0.5 8 4 0 7.5z" class="loan-tip" />
    </marker>
  </defs>
);

function useRoom(box: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const observer = new ResizeObserver(() => {
      const scale = textScale();
      const [width, height] = [current.clientWidth / scale, current.clientHeight / scale];
      room.value = { width: Math.max(240, width), height: Math.max(200, height) };
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [box]);
}

/** Lays out a little in each frame, and stops when it has settled. */
function useLayout(): void {
  const { width, height } = room.value;
  const detailed = isDetailed.value;
  const [shownIds, shownPairs] = [ids.value, pairs.value];
  useEffect(() => {
    layout.set({
      ids: shownIds,
      links: shownPairs.map((pair) => JSON.parse(pair)),
      aspect: width / height,
      radius: detailed ? 3.2 * MASTER_RADIUS : 1.9 * MASTER_RADIUS,
    });
    positions.value = layout.positions();
    let frame = requestAnimationFrame(function step() {
      const end = performance.now() + FRAME_MS;
      const isSettled = layout.advance(() => performance.now() > end);
      if (isSettled || shownIds.length <= ANIMATED_MAX) positions.value = layout.positions();
      if (!isSettled) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [shownIds, shownPairs, detailed, Math.round((4 * width) / height)]);
}

/** All that is laid out; a few masters in a large room are drawn larger, within reason. */
const bounds = computed(() => {
  const xs = [...positions.value.values()].map(({ x }) => x);
  const ys = [...positions.value.values()].map(({ y }) => y);
  const [left, right] = [Math.min(...xs) - MARGIN, Math.max(...xs) + MARGIN];
  const [top, bottom] = [Math.min(...ys) - MARGIN, Math.max(...ys) + MARGIN];
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: Math.max(room.value.width / LARGER_MAX, right - left),
    height: Math.max(room.value.height / LARGER_MAX, bottom - top),
  };
});

const viewBox = computed(() => {
  const { x, y, width, height } = bounds.value;
  if (!Number.isFinite(x)) return "0 0 640 420";
  const [w, h] = [width / zoom.value, height / zoom.value];
  return [x + pan.value.x - w / 2, y + pan.value.y - h / 2, w, h].map((n) => n.toFixed(1)).join(" ");
});

/** One can take hold of the ground and move it. */
const dragging = {
  onPointerDown({
    currentTarget,
    target,
    pointerId,
    button,
  }: PointerEvent & { readonly currentTarget: SVGSVGElement }) {
    if (button === 0 && target === currentTarget) currentTarget.setPointerCapture(pointerId);
  },
  onPointerMove({
    currentTarget,
    pointerId,
    movementX,
    movementY,
  }: PointerEvent & { readonly currentTarget: SVGSVGElement }) {
    if (!currentTarget.hasPointerCapture(pointerId)) return;
    const scale = bounds.value.width / zoom.value / room.value.width;
    pan.value = { x: pan.value.x - movementX * scale, y: pan.value.y - movementY * scale };
  },
};

function ZoomButtons() {
  const words = text.value;
  const scale = (by: number) => () => {
    zoom.value = Math.min(ZOOM_MAX, Math.max(1, zoom.value * by));
    if (zoom.value === 1) pan.value = { x: 0, y: 0 };
  };
  return (
    <div class="zoom">
      <button type="button" aria-label={words.zoomIn} onClick={scale(ZOOM_STEP)}>
        +
      </button>
      <button type="button" aria-label={words.zoomOut} onClick={scale(1 / ZOOM_STEP)}>
        −
      </button>
      <button type="button" onClick={scale(0)}>
        {words.fit}
      </button>
    </div>
  );
}

function Legend({ topology: { isDetailed: hasDots, loans, sights } }: { readonly topology: Topology }) {
  const words = text.value;
  const items = [
    ...(hasDots
      ? [
          ["dot look-busy", words.legendBusy],
          ["dot look-idle", words.legendIdle],
          ["dot look-busy is-borrowed", words.legendBorrowed],
          ["dot look-silent", words.legendSilent],
        ]
      : []),
    ["stroke loan", words.legendLoan],
    ...(sights.length > 0
      ? [
          ["stroke sight", words.legendSees],
          ["stroke sight misses", words.legendMisses],
        ]
      : []),
  ] as const;
  return (
    <div class="legend">
      <ul aria-label={words.legend}>
        {items.map(([look, name]) => (
          <li key={name}>
            <svg width="22" height="10" aria-hidden="true">
              {look?.startsWith("dot") === true ? (
                <circle class={look} cx="11" cy="5" r="4.5" />
              ) : (
                <line class={look ?? ""} x1="0" y1="5" x2="22" y2="5" />
              )}
            </svg>
            {name}
          </li>
        ))}
      </ul>
      {loans.length === 0 ? <span class="quiet">{words.noLoans}</span> : null}
    </div>
  );
}
