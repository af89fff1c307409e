import type { Difference, SeenPeer } from "@mutirao/operator-api/monitor";

/** A master and whom it sees. */
export interface Eyes {
  readonly id: string;
  readonly peers: readonly SeenPeer[];
}

/** How two masters see their peers. Neither has itself among them, so what is said of these two is left out. */
export function differenceOf(left: Eyes, right: Eyes): Difference {
  const [inLeft, inRight] = [left, right].map(({ peers }) => new Map(peers.map(({ id, status }) => [id, status])));
  const ids = [...new Set([...(inLeft?.keys() ?? []), ...(inRight?.keys() ?? [])])].sort();
  const rows = ids
    .filter((id) => id !== left.id && id !== right.id)
    .map((peer) => {
      const [seenLeft, seenRight] = [inLeft?.get(peer) ?? null, inRight?.get(peer) ?? null];
      return { peer, left: seenLeft, right: seenRight, differs: seenLeft !== seenRight };
    });
  return { left: left.id, right: right.id, rows };
}
