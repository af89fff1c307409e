import { expect } from "vitest";

/** How long anything may take to come true. Not a claim about speed: it only turns a hang into a failure. */
const HANG_GUARD_MS = 80_000;

/** Expects of what is looked at, over and over, that something becomes true of it. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: HANG_GUARD_MS, interval: 20 });
