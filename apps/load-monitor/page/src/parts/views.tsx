import type { Difference } from "@mutirao/operator-api/monitor";
import { computed, signal, useSignalEffect } from "@preact/signals";
import { getJson } from "../live/get-json.ts";
import { state, steadyIds } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { byId } from "../model/masters.ts";
import { Age } from "./age.tsx";
import { Choice, Empty, Panel } from "./panel.tsx";

const leftChoice = signal<string | undefined>(undefined);
const rightChoice = signal<string | undefined>(undefined);
const differingOnly = signal(false);

const present = steadyIds(() =>
  [...state.value.masters.values()].flatMap(({ id, freshness }) => (freshness === "gone" ? [] : id)),
);
const ids = computed(() => present.value.toSorted(byId));
/** Those who tell of peers are the ones worth comparing. */
const tellers = steadyIds(() => ids.value.filter((id) => (state.value.masters.get(id)?.peers.length ?? 0) > 0));
const another = (id: string | undefined, all: readonly string[]) => all.find((other) => other !== id);
const left = computed(() => leftChoice.value ?? tellers.value[0] ?? ids.value[0]);
const right = computed(() => rightChoice.value ?? another(left.value, tellers.value) ?? another(left.value, ids.value));

type Answer = { readonly difference: Difference } | "failed" | undefined;
const answer = signal<Answer>(undefined);

/** Asked anew when one of the two has reported: their views are part of their reports. */
const asked = computed(() => {
  const [a, b] = [left.value, right.value];
  if (a === undefined || b === undefined) return undefined;
  const { masters } = state.value;
  const heard = `${masters.get(a)?.heardAt} ${masters.get(b)?.heardAt}`;
  return JSON.stringify([a, b, heard]);
});

/** How two masters see their peers, side by side. */
export function ViewsPanel() {
  const words = text.value;
  useSignalEffect(() => {
    if (asked.value !== undefined) void compare(asked.value);
  });
  if (ids.value.length < 2) {
    return (
      <Panel id="views" title={words.views}>
        <Empty title={words.needsTwo} />
      </Panel>
    );
  }
  const choices = ids.value.map((id) => [id, id] as const);
  return (
    <Panel id="views" title={words.views}>
      <div class="bar">
        <Choice
          label={words.leftView}
          value={left.value ?? ""}
          choices={choices}
          onChoose={(id) => {
            leftChoice.value = id;
          }}
        />
        <button type="button" onClick={swap}>
          ⇄<span class="unseen">{words.swap}</span>
        </button>
        <Choice
          label={words.rightView}
          value={right.value ?? ""}
          choices={choices}
          onChoose={(id) => {
            rightChoice.value = id;
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={differingOnly.value}
            onChange={({ currentTarget }) => {
              differingOnly.value = currentTarget.checked;
            }}
          />
          {words.differingOnly}
        </label>
      </div>
      <Rows />
    </Panel>
  );
}

function swap(): void {
  const [a, b] = [left.value, right.value];
  leftChoice.value = b;
  rightChoice.value = a;
}

async function compare(key: string): Promise<void> {
  const [a = "", b = ""] = JSON.parse(key) as readonly string[];
  const query = new URLSearchParams({ left: a, right: b });
  const found = await getJson<Difference>(`/api/diff?${query}`);
  // Whatever was asked for meanwhile comes with an answer of its own.
  if (asked.peek() === key) answer.value = found === undefined ? "failed" : { difference: found };
}

function Rows() {
  const words = text.value;
  if (answer.value === undefined) return <Empty title={words.connecting} />;
  if (answer.value === "failed") return <Empty title={words.compareFailed} />;
  const { left: a, right: b, rows } = answer.value.difference;
  const differing = rows.filter(({ differs }) => differs);
  const shown = differingOnly.value ? differing : rows;
  const said = (status: string | null) =>
    status === null ? words.doesNotKnow : format.value.word(words.statuses, status);
  return (
    <>
      <p class={differing.length > 0 ? "verdict is-bad" : "verdict"}>{words.differences(differing.length)}</p>
      {shown.length === 0 ? null : (
        <div class="scroll" role="group" aria-label={words.views} tabIndex={0}>
          <table class="views">
            <thead>
              <tr>
                <th scope="col">{words.peer}</th>
                {[a, b].map((id) => (
                  <th key={id} scope="col">
                    {id} <Heard id={id} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ peer, left: inLeft, right: inRight, differs }) => (
                <tr key={peer} class={differs ? "is-differing" : ""}>
                  <th scope="row">
                    {peer}
                    <span class="unseen"> {differs ? words.differs : words.agrees}</span>
                  </th>
                  <td class={`status-${inLeft}`}>{said(inLeft)}</td>
                  <td class={`status-${inRight}`}>{said(inRight)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Heard({ id }: { readonly id: string }) {
  const at = state.value.masters.get(id)?.heardAt;
  return at === undefined ? null : (
    <span class="quiet">
      <Age key={at} at={at} />
    </span>
  );
}
