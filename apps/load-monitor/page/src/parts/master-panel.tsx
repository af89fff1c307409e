import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { eyes, freshness, selected, state, steadyIds } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { byId } from "../model/masters.ts";
import { Age } from "./age.tsx";
import { Charts } from "./charts.tsx";
import { Choice, Empty, Panel } from "./panel.tsx";
import { StateBadge } from "./state-badge.tsx";

const known = steadyIds(() => [...state.value.masters.keys()]);
const ids = computed(() => known.value.toSorted(byId));
/** Until somebody is chosen, the one that stands first. */
const shownId = computed(() => selected.value ?? ids.value[0]);
const shown = computed(() => state.value.masters.get(shownId.value ?? ""));
const shownFresh = computed(() => freshness(shownId.value ?? ""));

/** Everything about one master. */
export function MasterPanel() {
  const words = text.value;
  const id = shownId.value;
  const master = shown.value;
  if (id === undefined || master === undefined) {
    const title = selected.value === undefined ? words.chooseMaster : words.masterGone(selected.value);
    return (
      <Panel id="master" title={words.master}>
        <Empty title={title} />
      </Panel>
    );
  }
  const choice = (
    <Choice
      label={words.master}
      value={id}
      choices={ids.value.map((one) => [one, one] as const)}
      onChoose={(one) => {
        selected.value = one;
      }}
    />
  );
  return (
    <Panel id="master" title={words.master} aside={choice}>
      <div class={`one is-${shownFresh.value}`}>
        <Standing master={master} />
        <Figures master={master} />
        <Charts key={id} id={id} intervalMs={master.intervalMs} />
        <Peers master={master} />
        <Details master={master} />
      </div>
    </Panel>
  );
}

/** Its state, why, for how long, and how old all of this is. */
function Standing({ master }: { readonly master: MonitoredMaster }) {
  const words = text.value;
  const { id, state: loadState, causes, since, isInferred, heardAt, intervalMs } = master;
  const fresh = shownFresh.value;
  return (
    <p class="standing">
      <strong class="one-id">{id}</strong>
      <StateBadge state={loadState} />
      {causes.length === 0 ? null : (
        <span class="cause">
          {words.because(causes.map((cause) => format.value.word(words.causes, cause)).join(", "))}
        </span>
      )}
      {since === null ? null : (
        <span class="quiet">
          <Age at={since} as="since" />
        </span>
      )}
      {isInferred ? <span class="tag">{words.inferred}</span> : null}
      <span class={fresh === "fresh" ? "as-of" : "as-of as-of-old"}>
        {fresh === "fresh" ? null : <b>{words.freshness[fresh]} · </b>}
        <Age at={heardAt} as="asOf" />
        <span class="quiet"> · {words.reportsEvery(format.value.duration(intervalMs))}</span>
      </span>
    </p>
  );
}

function Figures({ master }: { readonly master: MonitoredMaster }) {
  const words = text.value;
  const { number, duration, rate } = format.value;
  const { backlog, backlogHigh, backlogLow, workers, causes } = master;
  const wait = [master.waitHighMs, master.waitLowMs].some((mark) => mark !== null)
    ? words.marks(duration(master.waitHighMs), duration(master.waitLowMs))
    : undefined;
  const parts = [
    [words.own, workers.owned],
    [words.borrowed, workers.borrowed],
    [words.lent, workers.lent],
    [words.idle, workers.idle],
    [words.failed, workers.failed],
  ] as const;
  const told = parts.filter(([, n]) => n !== null).map(([name, n]) => `${number(n)} ${name}`);
  return (
    <dl class="figures">
      <Figure
        name={words.backlog}
        value={number(backlog)}
        note={words.marks(number(backlogHigh), number(backlogLow))}
        isTripped={causes.includes("backlog")}
      >
        <Gauge value={backlog} high={backlogHigh} low={backlogLow} />
      </Figure>
      <Figure
        name={words.estimatedWait}
        value={duration(master.estimatedWaitMs)}
        note={wait}
        isTripped={causes.includes("estimatedWait")}
      />
      <Figure name={words.busySlots} value={words.ofSlots(number(master.busySlots), number(master.slots))} />
      <Figure
        name={words.throughput}
        value={rate(master.throughputPerS)}
        note={`${words.arrivals} ${rate(master.arrivalsPerS)}`}
      />
      <Figure
        name={words.waits}
        value={`${duration(master.waitP50Ms)} / ${duration(master.waitP99Ms)}`}
        note={`${words.oldest} ${duration(master.oldestWaitMs)}`}
      />
      <Figure
        name={words.workersHere}
        value={number(workers.alive ?? workers.total)}
        note={told.join(" · ")}
        isTripped={causes.includes("workers")}
      />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly isTripped?: boolean;
  readonly children?: ComponentChildren;
}

const Figure = ({ name, value, note, isTripped, children }: FigureProps) => (
  <div class={isTripped === true ? "tile is-tripped" : "tile"}>
    <dt>{name}</dt>
    <dd>
      <strong>{value}</strong>
      {children}
      {note === undefined ? null : <span class="quiet">{note}</span>}
    </dd>
  </div>
);

interface GaugeProps {
  readonly value: number | null;
  readonly high: number | null;
  readonly low: number | null;
}

/** Where the backlog is between nothing and its watermarks; for eyes only, the figures stand beside it. */
function Gauge({ value, high, low }: GaugeProps) {
  if (value === null || high === null) return null;
  const top = Math.max(value, high * 1.25, 1);
  const x = (amount: number) => (100 * amount) / top;
  return (
    <svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="gauge-room" width="100" height="4" y="2" />
      <rect class={value > high ? "gauge-bar is-over" : "gauge-bar"} width={x(value)} height="4" y="2" />
      {low === null ? null : <rect class="gauge-mark" x={x(low)} width="0.7" height="8" />}
      <rect class="gauge-mark" x={x(high)} width="0.7" height="8" />
    </svg>
  );
}

function Peers({ master: { id, peers, peersLeftOut } }: { readonly master: MonitoredMaster }) {
  const words = text.value;
  return (
    <div class="peers">
      <h3>{words.peersTitle}</h3>
      {peers.length === 0 ? <p class="quiet">{words.noPeers}</p> : null}
      <ul>
        {peers.map(({ id: peer, status, at, lastSeenAt }) => (
          <li key={peer} class={`peer status-${status}`} title={at ?? ""}>
            <span>{peer}</span> <b>{format.value.word(words.statuses, status)}</b>{" "}
            {lastSeenAt === null ? null : (
              <span class="quiet">
                <Age at={lastSeenAt} />
              </span>
            )}
          </li>
        ))}
        {peersLeftOut === 0 ? null : <li class="quiet">{words.andMore(peersLeftOut)}</li>}
      </ul>
      <button
        type="button"
        aria-pressed={eyes.value === id}
        onClick={() => {
          eyes.value = eyes.value === id ? undefined : id;
        }}
      >
        {words.seenBy} {id}
      </button>
    </div>
  );
}

function Details({ master }: { readonly master: MonitoredMaster }) {
  const words = text.value;
  const { number, duration, age } = format.value;
  const { machine, source, http, clockSkewMs, serviceMs } = master;
  const percent = (value: number | null) => (value === null ? number(null) : `${number(value)} %`);
  const skew = clockSkewMs === null || Math.abs(clockSkewMs) < 1_000 ? undefined : clockSkewMs;
  const rows = [
    [words.from, source],
    ["HTTP", http ?? number(null)],
    [words.service, duration(serviceMs)],
    [words.cpu, percent(machine.cpuPercent)],
    [words.memory, percent(machine.memoryPercent)],
    [words.disk, percent(machine.diskPercent)],
    [words.loadAverage, number(machine.loadAverage1m)],
    [words.uptime, machine.uptimeS === null ? number(null) : age(machine.uptimeS * 1_000)],
  ] as const;
  return (
    <details class="fold">
      <summary>
        {words.machine}
        {skew === undefined ? null : (
          <span class="tag tag-bad">
            {skew > 0 ? words.clockAhead(duration(skew)) : words.clockBehind(duration(-skew))}
          </span>
        )}
      </summary>
      <dl class="details">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
