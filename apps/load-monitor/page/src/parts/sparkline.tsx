import { useComputed } from "@preact/signals";
import { state } from "../live/page.ts";
import { type Trail, trailColumns } from "../model/trail.ts";

const WIDTH = 84;
const HEIGHT = 20;
const POINTS_MAX = 60;
const backlogAt = trailColumns.indexOf("backlog");
const highAt = trailColumns.indexOf("backlogHigh");

/** The backlog of late, as one line beside its figure; for eyes only. */
export function Sparkline({ id }: { readonly id: string }) {
  const trail = useComputed(() => state.value.trails.get(id) ?? []);
  const points = pointsOf(trail.value.slice(-POINTS_MAX));
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {points === undefined ? null : <polyline points={points} />}
    </svg>
  );
}

function pointsOf(trail: Trail): string | undefined {
  const values = trail.map((sample) => sample.values[backlogAt] ?? null);
  const high = trail.at(-1)?.values[highAt] ?? 0;
  if (values.length < 2 || values.every((value) => value === null)) return undefined;
  const top = Math.max(1, high ?? 0, ...values.map((value) => value ?? 0));
  const step = WIDTH / (values.length - 1);
  return values
    .map((value, n) => `${(n * step).toFixed(1)},${(HEIGHT - 1 - ((value ?? 0) / top) * (HEIGHT - 2)).toFixed(1)}`)
    .join(" ");
}
