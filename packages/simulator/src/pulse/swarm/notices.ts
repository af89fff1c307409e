import type { Effect } from "@mutirao/node-core";
import type { Transition } from "@mutirao/registry";

/** The changes of status that a core has told of in one call. */
export function transitionsOf(effects: readonly Effect[]): readonly Transition[] {
  const transitions: Transition[] = [];
  for (const effect of effects) {
    if (effect.type === "notify" && effect.notice.kind === "peer-transitioned") {
      transitions.push(effect.notice.transition);
    }
  }
  return transitions;
}
