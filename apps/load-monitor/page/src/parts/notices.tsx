import type { MonitoredNotice } from "@mutirao/operator-api/monitor";
import { computed, signal, useSignalEffect } from "@preact/signals";
import { getJson } from "../live/get-json.ts";
import { noticeFilter, notices } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { choicesIn, isFiltered, type NoticeFilter, noFilter, passing, withPast } from "../model/notices.ts";
import { Age } from "./age.tsx";
import { Choice, Empty, Panel } from "./panel.tsx";

const STEP = 40;
const PAST_MAX = 300;
const TYPING_MS = 300;
const shownMax = signal(STEP);
const past = signal<readonly MonitoredNotice[]>([]);
const search = signal<"none" | "going" | "done" | "failed">("none");

const shownNotices = computed(() => passing(withPast(notices.value, past.value).toReversed(), noticeFilter.value));
const choices = computed(() => choicesIn(notices.value));

/** What has happened, the latest first, by any of its parts. */
export function NoticesPanel() {
  const words = text.value;
  useSignalEffect(() => {
    const filter = noticeFilter.value;
    const timer = setTimeout(() => void searchPast(filter), TYPING_MS);
    return () => clearTimeout(timer);
  });
  const shown = shownNotices.value.slice(0, shownMax.value);
  const more = shownNotices.value.length - shown.length;
  return (
    <Panel
      id="notices"
      title={words.notices}
      aside={<span class="quiet">{words.noticesShown(shownNotices.value.length)}</span>}
    >
      <Filter />
      <SearchState />
      {shown.length === 0 ? (
        <Empty title={isFiltered(noticeFilter.value) ? words.noNoticesFound : words.noNotices} />
      ) : (
        <ol class="notices" aria-label={words.notices}>
          {shown.map((notice) => (
            <Item key={notice.n} notice={notice} />
          ))}
        </ol>
      )}
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
    </Panel>
  );
}

/** Looks into the monitor's history, since the page has the latest only. */
async function searchPast(filter: NoticeFilter): Promise<void> {
  if (!isFiltered(filter)) {
    past.value = [];
    search.value = "none";
    return;
  }
  search.value = "going";
  const { master, kind, text: wanted } = filter;
  const asked = Object.entries({ master, kind, text: wanted.trim() }).filter(([, value]) => value !== "");
  const query = new URLSearchParams([...asked, ["limit", `${PAST_MAX}`]]);
  const found = await getJson<readonly MonitoredNotice[]>(`/api/notices?${query}`);
  if (noticeFilter.peek() !== filter) return;
  past.value = found ?? [];
  search.value = found === undefined ? "failed" : "done";
}

function SearchState() {
  const { searching, searchedPast, searchFailed } = text.value;
  const said = { none: undefined, going: searching, done: searchedPast, failed: searchFailed }[search.value];
  return (
    <p class="hint" role="status">
      {said}
    </p>
  );
}

function change(part: Partial<NoticeFilter>): void {
  noticeFilter.value = { ...noticeFilter.value, ...part };
}

function Filter() {
  const words = text.value;
  const { master, kind, severity, text: wanted } = noticeFilter.value;
  const { masters, kinds } = choices.value;
  const withChosen = (all: readonly string[], chosen: string) =>
    chosen === "" || all.includes(chosen) ? all : [chosen, ...all];
  return (
    <div class="bar" role="search">
      <label class="search">
        <span class="unseen">{words.search}</span>
        <input
          type="search"
          maxLength={128}
          value={wanted}
          placeholder={words.search}
          onInput={({ currentTarget }) => change({ text: currentTarget.value })}
        />
      </label>
      <Choice
        label={words.master}
        value={master}
        choices={[["", words.anyMaster], ...withChosen(masters, master).map((id) => [id, id] as const)]}
        onChoose={(id) => change({ master: id })}
      />
      <Choice
        label={words.kindLabel}
        value={kind}
        choices={[["", words.anyKind], ...withChosen(kinds, kind).map((name) => [name, name] as const)]}
        onChoose={(name) => change({ kind: name })}
      />
      <Choice
        label={words.severityLabel}
        value={severity}
        choices={[
          ["", words.anySeverity],
          ["info", words.severities.info],
          ["warning", words.severities.warning],
          ["alarm", words.severities.alarm],
        ]}
        onChoose={(weight) => change({ severity: weight })}
      />
      {isFiltered(noticeFilter.value) ? (
        <button type="button" onClick={() => change(noFilter)}>
          {words.clearFilter}
        </button>
      ) : null}
    </div>
  );
}

function Item({ notice }: { readonly notice: MonitoredNotice }) {
  const { at, master, kind, severity, data } = notice;
  const words = text.value;
  return (
    <li class={`notice severity-${severity}`}>
      <details>
        <summary>
          <span class="notice-time">
            {format.value.time(at)} <Age at={at} />
          </span>
          <span class="notice-master">{master ?? words.theMonitor}</span>
          <span class="notice-text">
            <span class="unseen">{words.severities[severity]}: </span>
            {format.value.notice(notice)}
          </span>
        </summary>
        <p class="quiet">
          {kind} · {at} · #{notice.n}
        </p>
        <pre tabIndex={0}>{JSON.stringify(data, null, 2)}</pre>
      </details>
    </li>
  );
}
