import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import { computed, signal, useComputed } from "@preact/signals";
import { freshness, masterText, selected, sort, state, steadyIds } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { busyShare, listMasters, type SortKey, sortKeys } from "../model/masters.ts";
import { Age } from "./age.tsx";
import { Empty, Panel } from "./panel.tsx";
import { Sparkline } from "./sparkline.tsx";
import { StateBadge } from "./state-badge.tsx";

const STEP = 50;
const shownMax = signal(STEP);
const lists = computed(() => listMasters(state.value, { sort: sort.value, text: masterText.value }));
const present = steadyIds(() => lists.value.present);
const gone = steadyIds(() => lists.value.gone);
const isEmpty = computed(() => state.value.masters.size === 0);

/** Every master in a row, those in trouble first; those that are gone are folded away. */
export function MastersPanel() {
  const words = text.value;
  const search = (
    <label class="search">
      <span class="unseen">{words.filterMasters}</span>
      <input
        type="search"
        value={masterText.value}
        placeholder={words.filterMasters}
        onInput={({ currentTarget }) => {
          masterText.value = currentTarget.value;
        }}
      />
    </label>
  );
  return (
    <Panel id="masters" title={words.masters} aside={isEmpty.value ? null : search}>
      {isEmpty.value ? <NoMasters /> : <Lists />}
    </Panel>
  );
}

export function NoMasters() {
  const { noMasters, noMastersHint, noMastersReplay } = text.value;
  const listening = state.value.status?.listening ?? null;
  return <Empty title={noMasters} hint={listening === null ? noMastersReplay : noMastersHint(listening)} />;
}

function Lists() {
  const words = text.value;
  const shown = present.value.slice(0, shownMax.value);
  const more = present.value.length - shown.length;
  return (
    <>
      {present.value.length + gone.value.length === 0 ? <Empty title={words.nothingFound} /> : null}
      {shown.length === 0 ? null : <Table ids={shown} label={words.masters} />}
      {more <= 0 ? null : (
        <button
          type="button"
          class="more"
          onClick={() => {
            shownMax.value += STEP;
          }}
        >
          {words.showMore(Math.min(more, STEP))}
        </button>
      )}
      {gone.value.length === 0 ? null : <Gone ids={gone.value} />}
    </>
  );
}

function Gone({ ids }: { readonly ids: readonly string[] }) {
  const isOpen = useComputed(() => goneIsOpen.value);
  return (
    <details
      class="fold"
      open={isOpen.value}
      onToggle={({ currentTarget }) => {
        goneIsOpen.value = currentTarget.open;
      }}
    >
      <summary>{text.value.showGone(ids.length)}</summary>
      {isOpen.value ? <Table ids={ids.slice(0, shownMax.value)} label={text.value.showGone(ids.length)} /> : null}
    </details>
  );
}

const goneIsOpen = signal(false);

function Table({ ids, label }: { readonly ids: readonly string[]; readonly label: string }) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      <table class="masters">
        <Head />
        <tbody>
          {ids.map((id) => (
            <Row key={id} id={id} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const numeric: ReadonlySet<SortKey> = new Set(["backlog", "wait", "busy", "throughput", "age"]);

function Head() {
  const { columns, sortBy, workersColumn, trend } = text.value;
  return (
    <thead>
      <tr>
        {(["id", ...sortKeys.filter((key) => key !== "id")] as const).map((key) => (
          <th
            key={key}
            scope="col"
            class={numeric.has(key) ? `col-${key} figure` : `col-${key}`}
            aria-sort={sort.value === key ? (numeric.has(key) && key !== "age" ? "descending" : "ascending") : "none"}
          >
            <button
              type="button"
              title={`${sortBy}: ${columns[key]}`}
              onClick={() => {
                sort.value = key;
              }}
            >
              {columns[key]}
            </button>
          </th>
        ))}
        <th scope="col" class="col-workers">
          {workersColumn}
        </th>
        <th scope="col" class="col-trend">
          {trend}
        </th>
      </tr>
    </thead>
  );
}

function Row({ id }: { readonly id: string }) {
  const master = useComputed(() => state.value.masters.get(id));
  const fresh = useComputed(() => freshness(id));
  const isSelected = useComputed(() => selected.value === id);
  if (master.value === undefined) return null;
  return <Cells master={master.value} freshness={fresh.value} isSelected={isSelected.value} />;
}

interface CellsProps {
  readonly master: MonitoredMaster;
  readonly freshness: MonitoredMaster["freshness"];
  readonly isSelected: boolean;
}

function Cells({ master, freshness, isSelected }: CellsProps) {
  const { number, duration, share } = format.value;
  const words = text.value;
  const { id, backlog, estimatedWaitMs, throughputPerS, heardAt, isOurs } = master;
  return (
    <tr class={`is-${freshness}${isSelected ? " is-selected" : ""}`}>
      <th scope="row" class="col-id">
        <button
          type="button"
          class="id"
          aria-pressed={isSelected}
          title={id}
          onClick={() => {
            selected.value = id;
          }}
        >
          {id}
        </button>
        {isOurs ? null : <span class="tag">{words.foreign}</span>}
      </th>
      <td class="col-state">
        <StateBadge state={master.state} />
      </td>
      <td class="figure col-backlog">{number(backlog)}</td>
      <td class="figure col-wait">{duration(estimatedWaitMs)}</td>
      <td class="figure col-busy">{share(busyShare(master))}</td>
      <td class="figure col-throughput">{number(throughputPerS)}</td>
      <td class="figure col-age">
        <Age at={heardAt} />
      </td>
      <td class="col-workers">
        <WorkerCounts master={master} />
      </td>
      <td class="col-trend">
        <Sparkline id={id} />
      </td>
    </tr>
  );
}

function WorkerCounts({ master: { workers } }: { readonly master: MonitoredMaster }) {
  const { number } = format.value;
  const { lentShort, borrowedShort } = text.value;
  return (
    <>
      <span class="amount">{number(workers.alive ?? workers.total)}</span>
      {(workers.lent ?? 0) > 0 ? <span class="tag tag-lent">{lentShort(number(workers.lent))}</span> : null}
      {(workers.borrowed ?? 0) > 0 ? (
        <span class="tag tag-borrowed">{borrowedShort(number(workers.borrowed))}</span>
      ) : null}
    </>
  );
}
