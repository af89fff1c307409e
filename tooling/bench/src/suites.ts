import { dashboardSuite } from "./dashboard/suite.ts";
import { heartbeatSuite } from "./heartbeat/suite.ts";
import { monitorSuite } from "./monitor/suite.ts";
import { punctualitySuite } from "./punctuality/suite.ts";
import { storeSuite } from "./store/suite.ts";
import type { Suite } from "./suite.ts";
import { tasksSuite } from "./tasks/suite.ts";

/** Every subject that can be measured. A new one is a folder beside `heartbeat/` and a line here. */
export const suites: readonly Suite[] = [
  heartbeatSuite,
  punctualitySuite,
  storeSuite,
  tasksSuite,
  monitorSuite,
  dashboardSuite,
];
