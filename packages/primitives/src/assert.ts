/**
 * One of our own mistakes. Only the host may catch it, and only to crash with the last events attached: what a peer
 * sends is a value and never gets here.
 */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States what must be true here whatever the other side does. Throws {@link AssertionError} if it is not. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionError(`assertion failed: ${what}`);
}

/** Ends a `switch` over a union: a member that nobody handles becomes a compile error here. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
