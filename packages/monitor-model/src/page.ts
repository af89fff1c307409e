/** What a page needs to follow the monitor. Nothing of it has dependencies, so that the page stays small. */
export { applyDelta } from "./apply-delta.ts";
export { differenceOf } from "./difference.ts";
