import type { MonitoredLoan } from "@mutirao/operator-api/monitor";
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { now } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import type { Point } from "../model/layout.ts";
import { type Positions, shortId } from "./topology-shapes.tsx";

interface LoanEdgesProps {
  readonly loans: readonly MonitoredLoan[];
  readonly positions: Positions;
}

/** Loans between the same two are drawn beside each other, and what there is to read of them stands below each other. */
export function LoanEdges({ loans, positions }: LoanEdgesProps) {
  const bundles = Map.groupBy(loans, ({ lender, borrower }) => JSON.stringify([lender, borrower]));
  return (
    <g class="loans">
      {[...bundles].map(([pair, bundle]) => {
        const [first] = bundle;
        const [from, to] = [positions.get(first?.lender ?? ""), positions.get(first?.borrower ?? "")];
        if (from === undefined || to === undefined) return null;
        return (
          <g key={pair}>
            {bundle.map((loan, nth) => (
              <LoanEdge key={loan.key} loan={loan} arc={arcOf(from, to, nth)} />
            ))}
            <LoanTexts loans={bundle} arc={arcOf(from, to, bundle.length - 1)} />
          </g>
        );
      })}
    </g>
  );
}

/** How far a loan is bent aside, so that the way there and the way back are two. */
const BEND = 34;
const BEND_STEP = 18;
/** The ring of workers is not crossed. */
const KEEP_OFF = 58;

interface Arc {
  readonly start: Point;
  readonly control: Point;
  readonly end: Point;
  /** The point of it that is farthest aside, and the direction in which that is. */
  readonly top: Point;
  readonly aside: Point;
}

function arcOf(from: Point, to: Point, nth: number): Arc {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.max(1, Math.hypot(dx, dy));
  const [ux, uy] = [dx / length, dy / length];
  const bend = BEND + nth * BEND_STEP;
  const start = { x: from.x + ux * KEEP_OFF, y: from.y + uy * KEEP_OFF };
  const end = { x: to.x - ux * KEEP_OFF, y: to.y - uy * KEEP_OFF };
  const control = { x: (from.x + to.x) / 2 + uy * bend, y: (from.y + to.y) / 2 - ux * bend };
  const top = { x: (start.x + end.x) / 4 + control.x / 2, y: (start.y + end.y) / 4 + control.y / 2 };
  return { start, control, end, top, aside: { x: uy, y: -ux } };
}

function LoanEdge({ loan, arc: { start, control, end } }: { readonly loan: MonitoredLoan; readonly arc: Arc }) {
  const said = useMemo(() => computed(() => timeLeftOf(loan, now.value)), [loan]);
  const { worker, lender, borrower, state: word } = loan;
  return (
    <g class={`loan-edge loan-${word.toLowerCase() === "unreturnable" ? "bad" : "well"}`} data-loan={loan.id}>
      <path
        class="loan"
        role="img"
        aria-label={text.value.loanLabel(worker, lender, borrower, said.value)}
        d={`M${start.x.toFixed(1)} ${start.y.toFixed(1)} Q${control.x.toFixed(1)} ${control.y.toFixed(1)} ${end.x.toFixed(1)} ${end.y.toFixed(1)}`}
        marker-end="url(#loan-tip)"
      />
    </g>
  );
}

const LINE_HEIGHT = 14;
const LOAN_TEXTS_MAX = 4;
const GAP = 6;
/** From here on a direction counts as to the side, and texts begin or end where the arc is. */
const SIDEWAYS = 0.35;

/** Which workers are on loan, and for how long still: beside the outermost arc, where no other arc runs. */
function LoanTexts({ loans, arc: { top, aside } }: { readonly loans: readonly MonitoredLoan[]; readonly arc: Arc }) {
  const shown = loans.slice(0, LOAN_TEXTS_MAX);
  const left = loans.length - shown.length;
  const height = (shown.length + (left > 0 ? 1 : 0)) * LINE_HEIGHT;
  const anchor = aside.x > SIDEWAYS ? "start" : aside.x < -SIDEWAYS ? "end" : "middle";
  const x = top.x + aside.x * GAP;
  // The block lies on that side of the arc to which it is bent: above it, below it, or beside it.
  const y = top.y + aside.y * (GAP + height / 2) - height / 2;
  return (
    <g class={`loan-texts at-${anchor}`} aria-hidden="true">
      {shown.map((loan, n) => (
        <LoanText key={loan.key} loan={loan} x={x} y={y + (n + 0.8) * LINE_HEIGHT} />
      ))}
      {left > 0 ? (
        <text class="loan-text" x={x} y={y + height - 0.2 * LINE_HEIGHT}>
          {text.value.andMore(left)}
        </text>
      ) : null}
    </g>
  );
}

function LoanText({ loan, x, y }: { readonly loan: MonitoredLoan } & Point) {
  const said = useMemo(() => computed(() => timeLeftOf(loan, now.value)), [loan]);
  return (
    <text class="loan-text" x={x} y={y}>
      {shortId(loan.worker)} <tspan class="loan-left">{said}</tspan>
    </text>
  );
}

function timeLeftOf({ endsAt, state: word }: MonitoredLoan, at: number): string {
  if (endsAt === null) return word;
  const leftMs = Date.parse(endsAt) - at;
  return leftMs <= 0 ? text.value.overdue : text.value.timeLeft(format.value.age(leftMs));
}
