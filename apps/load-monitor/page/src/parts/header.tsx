import { computed } from "@preact/signals";
import { alarms, hasStatus, now, state, trouble } from "../live/page.ts";
import { chooseLanguage, chooseTheme, type Language, language, theme, themes } from "../live/settings.ts";
import { format, text } from "../live/words.ts";
import { ageMs } from "../model/ages.ts";
import { totalsOf } from "../model/masters.ts";
import { listAlarms } from "../model/notices.ts";
import { Age } from "./age.tsx";
import { Choice } from "./panel.tsx";

/** Whose page this is, how the monitor is, how the whole cluster is, and how one wants to see it. */
export function Header() {
  const { title, brand } = text.value;
  return (
    <header class="top">
      <div class="top-line">
        <h1>
          <span class="brand">{brand}</span> {title}
        </h1>
        <Link />
        <Settings />
      </div>
      <Banner />
      {hasStatus.value ? <Totals /> : null}
      <Sections />
    </header>
  );
}

function Link() {
  const { status } = state.value;
  const { connecting, live, replaying, noReportYet } = text.value;
  if (status === undefined) return <p class="link link-wait">{connecting}</p>;
  const { replay, lastReportAt } = status;
  const isWell = trouble.value === undefined;
  return (
    <p class={isWell ? "link link-live" : "link link-bad"}>
      <span class="lamp" aria-hidden="true" />
      <span>{replay === null ? live : replaying(format.value.number(replay.speed))}</span>
      <span class="quiet">{lastReportAt === null ? noReportYet : <LastReport at={lastReportAt} />}</span>
    </p>
  );
}

function LastReport({ at }: { readonly at: string }) {
  return <span>{text.value.lastReport(format.value.age(ageMs(at, now.value)))}</span>;
}

/** What is wrong with what is shown is said before anything is shown. */
function Banner() {
  const { status } = state.value;
  const said = saidOf(trouble.value, status?.now);
  const history = status?.history;
  return (
    <div role="status" aria-live="polite">
      {said === undefined ? null : <p class="banner">{said}</p>}
      {history?.state === "failed" ? <p class="banner">{text.value.historyFailed(history.why ?? "")}</p> : null}
    </div>
  );
}

function saidOf(wrong: typeof trouble.value, heardAt: string | undefined): string | undefined {
  const { lost, silent, cutOff, replayOver } = text.value;
  switch (wrong) {
    case "lost":
      return lost;
    case "silent":
      return silent(format.value.age(heardAt === undefined ? 0 : ageMs(heardAt, now.value)));
    case "cut-off":
      return cutOff;
    case "replay-over":
      return replayOver;
    case undefined:
      return undefined;
  }
}

const totals = computed(() => totalsOf(state.value));
const standing = computed(() => listAlarms(alarms.value.values()).standing.length);

function Totals() {
  const words = text.value;
  const { number } = format.value;
  const { masters, stale, gone, saturated, stalled, workers, idle, backlog, throughputPerS, loans } = totals.value;
  const notes = [
    stalled > 0 ? words.stalledCount(stalled) : "",
    saturated > 0 ? words.saturatedCount(saturated) : "",
    stale > 0 ? words.staleCount(stale) : "",
    gone > 0 ? words.goneCount(gone) : "",
  ].filter((note) => note !== "");
  const isWell = notes.length === 0;
  return (
    <dl class="totals" aria-label={words.totals}>
      <Total name={words.masters} value={number(masters)} note={isWell ? words.allWell : notes.join(" · ")} />
      <Total name={words.workers} value={number(workers)} note={words.idleCount(Math.round(idle))} />
      <Total name={words.waiting} value={number(backlog)} />
      <Total name={words.throughput} value={format.value.rate(throughputPerS)} />
      <Total name={words.loans} value={number(loans)} />
      <Total name={words.alarms} value={number(standing.value)} isBad={standing.value > 0} />
    </dl>
  );
}

interface TotalProps {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  readonly isBad?: boolean;
}

function Total({ name, value, note, isBad }: TotalProps) {
  const now = state.value.status?.lastReportAt;
  return (
    <div class={isBad === true ? "total total-bad" : "total"}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> <span class="quiet">{note ?? (now ? <Age at={now} as="asOf" /> : null)}</span>
      </dd>
    </div>
  );
}

function Sections() {
  const words = text.value;
  const parts = [
    ["alarms", words.alarms],
    ["topology", words.topology],
    ["masters", words.masters],
    ["conversation", words.conversation],
    ["views", words.seenBy],
    ["master", words.master],
    ["notices", words.notices],
    ["sources", words.sources],
  ] as const;
  return (
    <nav class="sections" aria-label={words.sections}>
      <ul>
        {parts.map(([id, name]) => (
          <li key={id}>
            <a href={`#${id}`}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const languageNames: readonly (readonly [Language, string])[] = [
  ["en", "English"],
  ["pt-BR", "Português (Brasil)"],
];

function Settings() {
  const words = text.value;
  return (
    <fieldset class="settings">
      <legend class="unseen">{words.settings}</legend>
      <Choice label={words.languageLabel} value={language.value} choices={languageNames} onChoose={chooseLanguage} />
      <Choice
        label={words.themeLabel}
        value={theme.value}
        choices={themes.map((name) => [name, words.themes[name]] as const)}
        onChoose={chooseTheme}
      />
    </fieldset>
  );
}
