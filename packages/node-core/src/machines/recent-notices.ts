import type { EpochMs, InstantMs } from "@mutirao/primitives";
import type { ReportedNotice } from "@mutirao/protocol";
import type { LendingNotice } from "../lending-notices.ts";
import type { Notice } from "../notices.ts";
import type { WallClock } from "./wall-clock.ts";

/** The latest of what this master had to tell about lending, for a supervisor that cannot read its event stream. */
export interface RecentNotices {
  onNotice(notice: Notice, now: InstantMs): void;
  /** The oldest first. */
  latest(): readonly ReportedNotice[];
}

/** More than this between two reports is not told of in full. */
const NOTICES_MAX = 64;

/** What a report does not say otherwise, and what does not come with every task. */
const told: { readonly [Kind in LendingNotice["kind"]]: true } = {
  "loan-changed": true,
  "borrow-weighed": true,
  "borrow-asked": true,
  "borrow-answered": true,
  "borrow-unanswered": true,
  "promise-broken": true,
  "lend-asked": true,
  "reclaim-ordered": true,
  "guest-refused": true,
  "guest-unreturnable": true,
  "order-refused": true,
  "line-exchanged": true,
};

export function createRecentNotices(clock: WallClock): RecentNotices {
  // The time of day is known when they are reported; until then the moment is.
  const notices: { readonly n: number; readonly now: InstantMs; readonly notice: Notice }[] = [];
  let last = 0;
  return {
    onNotice(notice, now) {
      if (!Object.hasOwn(told, notice.kind)) return;
      notices.push({ n: ++last, now, notice });
      if (notices.length > NOTICES_MAX) notices.shift();
    },
    latest: () => notices.map(({ n, now, notice }) => reported(n, clock.at(now), notice)),
  };
}

/** Of long lists the beginning says enough; a line has no room for more. */
const ITEMS_MAX = 16;

function reported(n: number, at: EpochMs, { kind, ...data }: Notice): ReportedNotice {
  const shortened = Object.entries(data).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.slice(0, ITEMS_MAX) : value,
  ]);
  return { n, at, kind, data: Object.fromEntries(shortened) };
}
