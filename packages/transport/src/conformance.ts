/**
 * The conformance suite of the Transport port. Each implementation runs every case over a harness of its own:
 *
 * ```ts
 * for (const { name, run } of transportConformance) it(name, () => run(createHarness()));
 * ```
 */

import { admissionCases } from "./conformance/admission-cases.ts";
import type { ConformanceCase } from "./conformance/bench.ts";
import { deadlineCases } from "./conformance/deadline-cases.ts";
import { dialCases } from "./conformance/dial-cases.ts";
import { endCases } from "./conformance/end-cases.ts";
import { flowCases } from "./conformance/flow-cases.ts";
import { lineCases } from "./conformance/line-cases.ts";

// The bench also serves an implementation's own cases, for promises that the port does not make.
export {
  type Bench,
  bytesOf,
  type ConformanceCase,
  conformanceCase,
  echo,
  expectClosed,
  expectEqual,
  expectLines,
  expectReceived,
} from "./conformance/bench.ts";
export type { RawListener, RawPeer, TransportHarness } from "./conformance/harness.ts";

export const transportConformance: readonly ConformanceCase[] = [
  ...lineCases,
  ...dialCases,
  ...endCases,
  ...admissionCases,
  ...deadlineCases,
  ...flowCases,
];
