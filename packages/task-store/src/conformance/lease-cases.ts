import { taskId } from "@mutirao/primitives";
import { LEASES_MAX } from "../leases.ts";
import {
  type ConformanceCase,
  conformanceCase,
  everything,
  expectEqual,
  expectRefused,
  idsOf,
  openLoaded,
} from "./conformance-case.ts";
import { accepted, at, endedStatus, leased, newStatus, sampleLease, sampleTask, updated } from "./samples.ts";

/** What is asked of leases while the store is open. They are read when it is opened alone. */
export const leaseCases: readonly ConformanceCase[] = [
  conformanceCase(
    "an epoch lower than the worker's last one refuses the whole write, and no other",
    async (harness) => {
      const store = await openLoaded(harness);
      await store.write([leased(sampleLease("w1", 3, "b")), leased(sampleLease("w2", 1, "b"))]);
      const lower = store.write([accepted(sampleTask(1)), leased(sampleLease("w1", 2, "b"))]);
      const lowerAtOnce = store.write([
        accepted(sampleTask(2)),
        leased(sampleLease("w1", 5, "b")),
        leased(sampleLease("w1", 4, "b")),
      ]);
      const right = store.write([accepted(sampleTask(3)), leased(sampleLease("w2", 2, "b"))]);
      await Promise.all([
        expectRefused(lower, "an epoch lower than that of an earlier write"),
        expectRefused(lowerAtOnce, "an epoch lower than an earlier one of the same write"),
        right,
      ]);
      expectEqual(idsOf(await everything(store)), ["task-3"], "the tasks kept");
      await expectRefused(
        store.write([leased(sampleLease("w2", 1, "b"))]),
        "an epoch lower than that of the right write",
      );
      // Had the 5 been kept, this would be refused: the same epoch once more, as when the worker comes home.
      await store.write([leased(sampleLease("w1", 3, undefined)), leased(sampleLease("w1", 4, "b"))]);
    },
  ),

  conformanceCase("of a refused write no lease is kept", async (harness) => {
    const store = await openLoaded(harness);
    await store.write([leased(sampleLease("w1", 1, "b"))]);
    const strange = updated(taskId("task-9"), newStatus);
    const wrong = store.write([
      leased(sampleLease("w1", 7, "b")),
      leased(sampleLease("w1", 8, "b")),
      leased(sampleLease("w2", 9, "b")),
      strange,
    ]);
    const behind = store.write([leased(sampleLease("w1", 2, "b")), leased(sampleLease("w2", 1, "b"))]);
    await Promise.all([expectRefused(wrong, "the update of a stranger"), behind]);
    await expectRefused(store.write([leased(sampleLease("w1", 1, "b"))]), "an epoch lower than the one behind");
  }),

  conformanceCase("the epochs of a worker count up from 1", async (harness) => {
    const store = await openLoaded(harness);
    for (const epoch of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      await expectRefused(store.write([leased(sampleLease("w1", epoch, "b"))]), `an epoch of ${epoch}`);
    }
    await store.write([leased(sampleLease("w1", 1, "b"))]);
    await store.write([leased(sampleLease("w1", Number.MAX_SAFE_INTEGER, "b"))]);
    await expectRefused(store.write([leased(sampleLease("w1", 2 ** 53 - 2, "b"))]), "an epoch lower than the highest");
  }),

  conformanceCase(
    "prune() forgets the oldest leases above a number, but of no worker that is away",
    async (harness) => {
      const store = await openLoaded(harness);
      const home = (n: number, epoch: number) => leased(sampleLease(`w${n}`, epoch, undefined, n));
      await store.write([
        accepted(sampleTask(1, { status: endedStatus("done", 1) })),
        leased(sampleLease("w0", 2, "b", 0)),
        ...Array.from({ length: LEASES_MAX + 2 }, (_, index) => home(index + 1, 2)),
      ]);
      await expectRefused(store.write([home(1, 1)]), "a lower epoch before anything is forgotten");
      expectEqual(await store.prune(at(2), 1), ["task-1"], "what is forgotten");
      // Of the three above the number, the first is away.
      await store.write([home(1, 1), home(2, 1)]);
      await expectRefused(store.write([leased(sampleLease("w0", 1, "b"))]), "a lower epoch of a worker that is away");
      await expectRefused(store.write([home(3, 1)]), "a lower epoch of one that is not above the number");
    },
  ),
];
