import { useComputed } from "@preact/signals";
import { now } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { ageMs } from "../model/ages.ts";

/** How long ago something was. Only this text changes as time goes by, not what is around it. */
export function Age({ at, as = "age" }: { readonly at: string; readonly as?: "age" | "ago" | "asOf" | "since" }) {
  const said = useComputed(() => {
    const age = format.value.age(ageMs(at, now.value));
    return as === "age" ? age : text.value[as](age);
  });
  return (
    <time dateTime={at} title={at}>
      {said}
    </time>
  );
}
