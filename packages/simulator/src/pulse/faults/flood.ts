import { observer, target } from "../../calm.ts";
import { ANY_HOST } from "../../network/machine.ts";
import type { Checker, World } from "../swarm/world.ts";

/** The flooder's last connections are broken off this many of its intervals after its last burst. */
const INTERVALS_TO_DRAIN = 6;

/**
 * The flooder among the foreign peers works for the whole phase with faults. Not a checker, but it watches like one: it
 * lets it be known whose weather is bad because of the flood.
 */
export function createFloodWatcher({ plan, scheduler, calm, counters }: World): Checker {
  const flooder = plan.foreigners.find(({ style }) => style === "flooder");
  return {
    lifeBegan({ number, slot }) {
      const isVictim = flooder?.victims.some(({ host, port }) =>
        slot.plan.homes.some(
          ({ listensAt }) => listensAt.port === port && (listensAt.host === host || listensAt.host === ANY_HOST),
        ),
      );
      if (flooder === undefined || isVictim !== true) return;
      counters.count("fault flood fired");
      const ends = [target, observer].map((of) => calm.disturb(of(number), "flood"));
      const drainedAt = plan.safetyMs + INTERVALS_TO_DRAIN * flooder.intervalMs;
      scheduler.after(Math.max(0, drainedAt - scheduler.now), () => {
        for (const end of ends) end();
      });
    },
  };
}
