import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { now } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { ageMs } from "../model/ages.ts";

/** How long ago something was. Only this text changes as time goes by, not what is around it. */
export function Age({ at, as = "age" }: { readonly at: string; readonly as?: "age" | "ago" | "asOf" | "since" }) {
  // Made anew with another moment: a signal of the first one would tell its age until the clock's next step.
  const said = useMemo(
    () =>
      computed(() => {
        const age = format.value.age(ageMs(at, now.value));
        return as === "age" ? age : text.value[as](age);
      }),
    [at, as],
  );
  return (
    <time dateTime={at} title={at}>
      {said}
    </time>
  );
}
