import { type Arrivals, createArrivals } from "./arrivals.ts";
import { httpOf } from "./operator.ts";

/** A notice as `/events` tells it. */
export type ToldEvent = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Somebody who reads `/events`, from a moment on until the master ends. */
export interface EventFollower extends Pick<Arrivals<ToldEvent>, "first"> {
  /** What was told so far, of one kind. */
  told(kind: string): readonly ToldEvent[];
}

/** Resolves once the master tells it everything. */
export async function followEvents(place: readonly string[]): Promise<EventFollower> {
  const response = await fetch(`${httpOf(place)}/events`);
  const events = createArrivals<ToldEvent>();
  const follow = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: ")) events.add(JSON.parse(line.slice(6)) as ToldEvent);
    }
  };
  // That the stream has ended is for those to find out who wait for something.
  follow().catch(() => {});
  return { first: events.first, told: (kind) => events.items.filter((event) => event.kind === kind) };
}
