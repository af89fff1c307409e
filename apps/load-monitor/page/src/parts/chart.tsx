import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isDark, language } from "../live/settings.ts";
import { textScale } from "../live/text-scale.ts";
import { format, text } from "../live/words.ts";
import type { Columns } from "../model/trail.ts";

export interface Curve {
  readonly name: string;
  /** The custom property that holds its colour. */
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly fill?: boolean;
}

interface ChartProps {
  readonly title: string;
  /** Whether the values are milliseconds. */
  readonly isTime: boolean;
  readonly curves: readonly Curve[];
  readonly columns: Columns;
}

const HEIGHT = 132;
const SPAN_MIN_S = 60;
/** Fewer samples than that are seen better as points. */
const LINE_MIN = 4;
/** Charts that show the same cursor. */
const SYNC = "master";

/** Curves over time, and the same in words: the latest figures are a table for whoever does not see the curves. */
export function Chart({ title, isTime, curves, columns }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shown = useRef(columns);
  shown.current = columns;
  const look = `${isDark.value} ${language.value} ${curves.map(({ name }) => name).join()}`;
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    let scale = textScale();
    const make = (): uPlot => new uPlot(optionsOf(current, curves, isTime), dataOf(shown.current), current);
    plot.current = make();
    const observer = new ResizeObserver(() => {
      // A window that moves to a larger screen has larger text.
      if (scale === textScale()) {
        plot.current?.setSize({ width: current.clientWidth, height: HEIGHT * scale });
        return;
      }
      scale = textScale();
      plot.current?.destroy();
      plot.current = make();
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [look]);
  useEffect(() => plot.current?.setData(dataOf(columns)), [columns]);
  const latest = latestOf(columns, isTime);
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        {curves.map(({ name, colour }, n) => (
          <span key={name} class="key">
            <span class="swatch" style={{ background: `var(${colour})` }} aria-hidden="true" />
            {name} <b>{latest[n]}</b>
          </span>
        ))}
      </figcaption>
      <div class="plot" ref={box} aria-hidden="true" />
      {columns.slice(1).every((column) => column.every((value) => value === null)) ? (
        <p class="no-figures">{text.value.noFigures}</p>
      ) : null}
    </figure>
  );
}

const dataOf = (columns: Columns): uPlot.AlignedData => columns as unknown as uPlot.AlignedData;

function latestOf([, ...values]: Columns, isTime: boolean): readonly string[] {
  const { number, duration } = format.value;
  return values.map((column) => {
    const last = column.at(-1) ?? null;
    return isTime ? duration(last) : number(last);
  });
}

function optionsOf(box: HTMLElement, curves: readonly Curve[], isTime: boolean): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { number, duration } = format.value;
  const write = (value: number): string => (isTime ? duration(value) : number(value));
  const scale = textScale();
  const axis: uPlot.Axis = {
    stroke: colour("--quiet"),
    font: `${11 * scale}px system-ui, sans-serif`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1, size: 4 },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT * scale,
    // Half of the last time of day stands beyond the last moment.
    padding: [8, 26 * scale, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC }, y: false, points: { size: 6 } },
    scales: {
      // A few moments are not stretched over the whole width.
      x: { range: (_, min, max) => [Math.min(min, max - SPAN_MIN_S), max] },
      y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, size: 26 * scale, space: 64 * scale, values: timesOf },
      { ...axis, size: 56 * scale, space: 28 * scale, values: (_, splits) => splits.map(write) },
    ],
    series: [
      {},
      ...curves.map(({ name, colour: property, dash, fill }) => ({
        label: name,
        stroke: colour(property),
        width: dash === undefined ? 1.75 : 1.25,
        ...(dash === undefined ? {} : { dash: [...dash] }),
        ...(fill === true ? { fill: `${colour(property)}22` } : {}),
        points: { show: (plot: uPlot) => (plot.data[0]?.length ?? 0) < LINE_MIN, size: 4 },
      })),
    ],
  };
}

const MINUTE_S = 60;

/** Hours and minutes, as they are written in the language; seconds while the curves are that short. */
function timesOf(_: uPlot, splits: number[]): string[] {
  const stepS = (splits[1] ?? 0) - (splits[0] ?? 0);
  const clock = new Intl.DateTimeFormat(text.value.locale, {
    hourCycle: "h23",
    timeStyle: stepS < MINUTE_S ? "medium" : "short",
  });
  return splits.map((at) => clock.format(new Date(at * 1_000)));
}
