import type { Prng, TaskId } from "@mutirao/primitives";
import { createCalm } from "../calm.ts";
import type { Counters } from "../counters.ts";
import type { Way } from "../faults/network-faults.ts";
import type { Machine } from "../network/machine.ts";
import { createNameService } from "../network/name-service.ts";
import { createSimNetwork } from "../network/sim-network.ts";
import { createScheduler } from "../scheduler.ts";
import { createForeignWorker, type ForeignWorker } from "./foreign/foreign-worker.ts";
import type { FarmPlan, ForeignWorkerPlan, MasterPlan, WorkerPlan } from "./plan.ts";
import { createSimDisk } from "./sim-disk.ts";
import { createSubmitter } from "./submitter.ts";
import { createTruth } from "./truth.ts";
import type { DurableChange, FarmWorld, MasterSlot, TaskNature, WorkerSlot } from "./world.ts";

/** A world in which nobody lives yet. */
export interface FarmCreation {
  readonly world: FarmWorld;
  /** Ends every fault that is under way. */
  endFaults(): void;
}

const SOUND: TaskNature = { serviceMs: 10, flaw: "none", times: 0, isDeaf: false };

export function createFarmWorld(
  plan: FarmPlan,
  counters: Counters,
  prng: Prng,
  onDurable: (change: DurableChange) => void,
  drawWayIn: (world: FarmWorld, prng: Prng) => Way | undefined = drawWay,
): FarmCreation {
  const scheduler = createScheduler();
  const saw = (what: string): void => counters.count(`wire ${what}`);
  const network = createSimNetwork(scheduler, prng.fork("network"), { ...plan.network, saw });
  const machines = plan.machines.map((addresses) => network.addMachine(addresses));
  const openFaults = new Set<() => void>();
  const natures = new Map<TaskId, TaskNature>();
  const machineOf = (index: number): Machine => machines[index] ?? network.addMachine([`10.9.9.${index}`]);
  const theWorld = (): FarmWorld => world;

  const createMasterSlot = (master: MasterPlan, index: number): MasterSlot => {
    const slotPrng = prng.fork(`master-${index}`);
    const slot: MasterSlot = {
      index,
      plan: master,
      machine: machineOf(master.machine),
      disk: createSimDisk({
        scheduler,
        prng: slotPrng.fork("disk"),
        ...master.disk,
        onDurable: (_, before, after) => onDurable({ slot, before, after }),
        onForgotten(ids) {
          counters.count("path ended tasks forgotten");
          for (const id of ids) {
            const book = slot.tasks.get(id);
            if (book !== undefined) book.isForgotten = true;
          }
        },
      }),
      tasks: new Map(),
      submitter: createSubmitter(theWorld, () => slot, master.workload, natures, slotPrng.fork("submitter")),
      life: undefined,
      wallOffsetMs: 1_700_000_000_000 - master.clock.originMs,
    };
    return slot;
  };
  const createForeigner = (foreign: ForeignWorkerPlan, index: number): ForeignWorker => {
    const masterAt = plan.masters[foreign.master]?.listensAt ?? { host: "10.9.9.9", port: 1 };
    return createForeignWorker(theWorld, foreign, machineOf(foreign.machine), masterAt, prng.fork(`foreign-${index}`));
  };
  const world: FarmWorld = {
    plan,
    prng,
    scheduler,
    network,
    names: createNameService(scheduler, 1),
    machines,
    masters: plan.masters.map(createMasterSlot),
    workers: plan.workers.map((worker, index) => createWorkerSlot(worker, index, machineOf(worker.machine))),
    foreigners: plan.foreigners.map(createForeigner),
    truth: createTruth(),
    calm: createCalm(() => scheduler.now),
    counters,
    isCalmForGood: false,
    natureOf: (task) => natures.get(task) ?? SOUND,
    endLater(afterMs, end) {
      const endOnce = (): void => {
        if (openFaults.delete(endOnce)) end();
      };
      openFaults.add(endOnce);
      scheduler.after(afterMs, endOnce);
    },
    homes: () => machines,
    drawWay: (from) => drawWayIn(world, from),
    lives: () => [...world.masters, ...world.workers].flatMap(({ life }) => (life === undefined ? [] : [life])),
  };
  return {
    world,
    endFaults() {
      for (const end of [...openFaults]) end();
    },
  };
}

const createWorkerSlot = (plan: WorkerPlan, index: number, machine: Machine): WorkerSlot => ({
  index,
  plan,
  machine,
  life: undefined,
  boots: 0,
  leftFor: undefined,
  isDown: false,
});

/** A way between a worker and its master, or between two masters. */
function drawWay({ masters, workers, foreigners }: FarmWorld, prng: Prng): Way | undefined {
  const pairs: Way[] = [];
  for (const { plan, machine } of [...workers, ...foreigners]) {
    const master = masters[plan.master];
    if (master !== undefined && master.machine !== machine) pairs.push({ from: machine, to: master.machine });
  }
  const [first, second] = masters;
  if (first !== undefined && second !== undefined) pairs.push({ from: first.machine, to: second.machine });
  const way = pairs[prng.integer(0, pairs.length - 1)];
  return way === undefined || prng.chance(0.5) ? way : { from: way.to, to: way.from };
}
