/** How every package's tests run: kinds by suffix, the same limits everywhere, and skipped tests said aloud. */
export { type SuiteOptions, suite } from "./suite.ts";
