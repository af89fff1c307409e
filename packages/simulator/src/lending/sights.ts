import { link, observer, sense, target } from "../calm.ts";
import { type Counters, createCounters } from "../counters.ts";
import { clockOf, diskOf } from "../farm/disturbances.ts";
import { farmFaultNames } from "../farm/faults/table.ts";
import type { FarmChecker, MasterObservation } from "../farm/world.ts";
import { lendingFaultNames } from "./faults/names.ts";
import type { LendingPlan, MoverPlan } from "./plan.ts";
import type { LendingWorld } from "./world.ts";

const circumstances = {
  "drawn two masters": ({ masters }) => masters.length === 2,
  "drawn many masters": ({ masters }) => masters.length > 6,
  "drawn no faults": ({ faults, lendingFaults }) => faults.length + lendingFaults.length === 0,
  "drawn lending off": ({ masters }) => masters.some(({ options }) => options.lending === "off"),
  "drawn lending observed": ({ masters }) => masters.some(({ options }) => options.lending === "observe"),
  "drawn limits": ({ masters }) => masters.some(({ options }) => options.lendMax < 100 || options.borrowMax < 100),
  "drawn reserve": ({ masters }) => masters.some(({ options }) => options.lendReserve > 0),
  "drawn a rotating hot spot": ({ masters }) => masters.some(({ workload }) => workload.turns !== undefined),
  "drawn a foreign master that asks": ({ foreignMasters }) => foreignMasters.some(({ style }) => style === "returns"),
  "drawn a foreign master that keeps": ({ foreignMasters }) => foreignMasters.some(({ style }) => style === "keeps"),
  "drawn a foreign master that lends": ({ foreignMasters }) => foreignMasters.some(({ style }) => style === "lends"),
  "drawn a deaf foreign master": ({ foreignMasters }) => foreignMasters.some(({ style }) => style === "deaf"),
  "drawn a foreign master that trades": ({ foreignMasters }) => foreignMasters.some(({ style }) => style === "trades"),
  "drawn a hasty foreign master": ({ foreignMasters }) => foreignMasters.some(({ isHasty }) => isHasty),
  "drawn a foreign pull worker at ours": ({ movers, masters }) => hasAtOurs(movers, masters, "pull"),
  "drawn a foreign listening worker at ours": ({ movers, masters }) => hasAtOurs(movers, masters, "listening"),
  "drawn a foreign push worker at ours": ({ movers, masters }) => hasAtOurs(movers, masters, "push"),
  "drawn a worker called constructor": ({ workers }) => workers.some(({ id }) => id === "constructor"),
  "drawn a pull worker of ours": ({ workers }) => workers.some(({ options }) => options.style === "pull"),
} satisfies Record<string, (plan: LendingPlan) => boolean>;

function hasAtOurs(movers: readonly MoverPlan[], masters: LendingPlan["masters"], wanted: MoverPlan["style"]): boolean {
  return movers.some(({ style, home }) => style === wanted && masters.some(({ id }) => id === home));
}

const wireSights = ["swallowed", "cut-in-mid-line", "stalled", "gave-up", "merged", "cut-in-chunks"];

const paths = [
  "path worker killed by its task",
  "path ended tasks forgotten",
  "loan out flushing",
  "loan out offered",
  "loan out lent",
  "loan out returning",
  "loan out lost",
  "loan out home",
  "loan in held",
  "loan in releasing",
  "loan in left",
  "loan ended for both",
  "reclaim ordered",
  "ask answered",
  "ask refused",
  "foreign pull worker moved",
  "foreign listening worker moved",
  "foreign push worker moved",
  "foreign master gives a guest a task",
  "foreign master says RELEASE_COMPLETED on arrival",
  "foreign master names another's address",
];

export function createLendingCounters(): Counters {
  const faults = [...farmFaultNames.filter((name) => name !== "foreign-kill"), ...lendingFaultNames];
  return createCounters([
    ...faults.flatMap((name) => [`fault ${name} fired`, `fault ${name} recovered`]),
    ...Object.keys(circumstances),
    ...wireSights.map((sight) => `wire ${sight}`),
    ...paths,
  ]);
}

export function countLendingPlan(plan: LendingPlan, counters: Counters): void {
  for (const [name, holds] of Object.entries(circumstances)) if (holds(plan)) counters.count(name);
}

/** Not a checker, but it watches like one: it counts what it sees. */
export function createLendingSeer(world: LendingWorld): FarmChecker {
  const { counters, calm } = world;
  const recoveredOf = ({ life }: MasterObservation, worker: string | undefined): void => {
    const others = world.workers.flatMap(({ life: other }) =>
      other?.id === worker && other !== undefined ? [other] : [],
    );
    const masters = world.masters.flatMap(({ life: other }) => (other === undefined ? [] : [other]));
    const numbers = [life.number, ...others.map(({ number }) => number)];
    const all = [
      ...numbers.flatMap((number) => [target(number), observer(number), sense(number)]),
      ...[...others, ...masters].map(({ machine }) => link(machine.index, life.machine.index)),
      diskOf(life.slot.index),
      clockOf(life.slot.index),
    ];
    for (const what of all) {
      const fault = calm.recovered(what);
      if (fault !== undefined) counters.count(`fault ${fault} recovered`);
    }
  };
  return {
    master(observation) {
      const { life, effects } = observation;
      for (const effect of effects) {
        if (effect.type !== "notify") continue;
        const { notice } = effect;
        if (notice.kind === "loan-changed") counters.count(`loan ${notice.direction} ${notice.to}`);
        if (notice.kind === "reclaim-ordered") counters.count("reclaim ordered");
        if (notice.kind === "borrow-answered")
          counters.count(notice.workers.length > 0 ? "ask answered" : "ask refused");
        if (notice.kind === "task-recorded") recoveredOf(observation, notice.worker);
      }
      for (const { direction } of world.loans.of(life).ended)
        if (direction === "out") counters.count("loan ended for both");
    },
  };
}
