import { isFresh, isReserved, type Member } from "./member.ts";

/**
 * Who gets the next run: the process with the fewest, so that nobody waits behind another while a process has nothing
 * to do. Among equals the first, which has run the most and is warm.
 *
 * @param share how many runs a process may have.
 * @param keepsFresh whether processes that have never run anything are kept for runs that need such a one.
 */
export function chooseMember(members: Iterable<Member>, share: number, keepsFresh: boolean): Member | undefined {
  let chosen: Member | undefined;
  for (const member of members) {
    const { state, isStuck, runs } = member;
    if (state !== "ready" || isStuck || runs.size >= share || isReserved(member)) continue;
    if (keepsFresh && isFresh(member)) continue;
    if (chosen === undefined || runs.size < chosen.runs.size) chosen = member;
  }
  return chosen;
}
