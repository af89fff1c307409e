import type { MonitoredMaster } from "@mutirao/operator-api/monitor";
import { text } from "../live/words.ts";

/** A state, told by a word, a shape and a colour. */
export function StateBadge({ state }: { readonly state: MonitoredMaster["state"] }) {
  return <span class={`badge state-${state}`}>{text.value.states[state]}</span>;
}
