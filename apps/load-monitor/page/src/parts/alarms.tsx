import type { Alarm } from "@mutirao/operator-api/monitor";
import { computed } from "@preact/signals";
import { alarms, now, selected } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { ageMs } from "../model/ages.ts";
import { listAlarms } from "../model/notices.ts";
import { Age } from "./age.tsx";
import { Panel } from "./panel.tsx";

const lists = computed(() => listAlarms(alarms.value.values()));

/** What somebody should look at, and under a fold what is over. */
export function AlarmsPanel() {
  const words = text.value;
  const { standing, cleared } = lists.value;
  return (
    <Panel id="alarms" title={words.alarms} look={standing.length === 0 ? "is-calm" : ""}>
      <div role="log" aria-label={words.alarms}>
        {standing.length === 0 ? <p class="well">{words.noAlarms}</p> : <List items={standing} />}
      </div>
      {cleared.length === 0 ? null : (
        <details class="fold">
          <summary>{words.clearedAlarms(cleared.length)}</summary>
          <List items={cleared} />
        </details>
      )}
    </Panel>
  );
}

const List = ({ items }: { readonly items: readonly Alarm[] }) => (
  <ul class="alarms">
    {items.map((alarm) => (
      <Item key={`${alarm.key} ${alarm.since}`} alarm={alarm} />
    ))}
  </ul>
);

function Item({ alarm: { kind, master, subject, since, clearedAt } }: { readonly alarm: Alarm }) {
  const words = text.value;
  return (
    <li class={clearedAt === null ? "alarm" : "alarm is-cleared"}>
      <button
        type="button"
        class="alarm-kind"
        onClick={() => {
          selected.value = master;
        }}
      >
        {words.alarmKinds[kind]}
      </button>
      <span class="alarm-text">{words.alarmTexts[kind](master, subject ?? "?")}</span>
      <span class="quiet">{clearedAt === null ? <Age at={since} as="since" /> : <Cleared at={clearedAt} />}</span>
    </li>
  );
}

const Cleared = ({ at }: { readonly at: string }) => (
  <span>{text.value.clearedAgo(format.value.age(ageMs(at, now.value)))}</span>
);
