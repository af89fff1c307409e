/**
 * The conformance suites of the TaskStore port. Each implementation runs every case of those that concern it over a
 * harness of its own:
 *
 * ```ts
 * for (const { name, run } of taskStoreConformance) it(name, () => run(createHarness()));
 * ```
 */
import type { ConformanceCase } from "./conformance/conformance-case.ts";
import { durableCases } from "./conformance/durable-cases.ts";
import { fullDiskCases } from "./conformance/full-disk-cases.ts";
import type { DurableStoreHarness, LimitedStoreHarness } from "./conformance/harness.ts";
import { leaseCases } from "./conformance/lease-cases.ts";
import { pruneCases } from "./conformance/prune-cases.ts";
import { readCases } from "./conformance/read-cases.ts";
import { writeCases } from "./conformance/write-cases.ts";

export type { ConformanceCase } from "./conformance/conformance-case.ts";
export type { DurableStoreHarness, LimitedStoreHarness, TaskStoreHarness } from "./conformance/harness.ts";
// The samples also serve an implementation's own tests.
export {
  accepted,
  at,
  endedStatus,
  leased,
  newStatus,
  sampleLease,
  sampleTask,
  sampleTasks,
  updated,
} from "./conformance/samples.ts";

/** For every store. */
export const taskStoreConformance: readonly ConformanceCase[] = [
  ...readCases,
  ...writeCases,
  ...pruneCases,
  ...leaseCases,
];

/** For stores that outlive their process, besides. */
export const durableStoreConformance: readonly ConformanceCase<DurableStoreHarness>[] = durableCases;

/** For durable stores whose room can end, besides. */
export const fullDiskConformance: readonly ConformanceCase<LimitedStoreHarness>[] = fullDiskCases;
