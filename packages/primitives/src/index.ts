/**
 * Primitives: the branded time and ids, assertions, seeded randomness and small bounded structures that every other
 * package speaks in. It imports nothing and touches no platform. It is not a place for helpers: what is here is used
 * by at least two layers.
 */
export { AssertionError, assert, unreachable } from "./assert.ts";
export { type BoundedMap, createBoundedMap } from "./bounded-map.ts";
export {
  acceptedConnId,
  type Brand,
  type ConnId,
  dialledConnId,
  isDialled,
  type JsonText,
  jsonText,
  type NodeId,
  nodeId,
  type TaskId,
  taskId,
} from "./brand.ts";
export { createDeadlineQueue, type DeadlineQueue } from "./deadline-queue.ts";
export {
  type Endpoint,
  type EndpointProblem,
  formatEndpoint,
  isHostName,
  isIpLiteral,
  isIpv4,
  isIpv6,
  isLoopback,
  parseEndpoint,
  parsePort,
  sameEndpoint,
  unmapped,
} from "./endpoint.ts";
export { createHeap, type Heap } from "./heap.ts";
export { createPrng, type Prng } from "./prng.ts";
export {
  after,
  type DurationMs,
  durationMs,
  type EpochMs,
  earlierOf,
  earliestOf,
  elapsed,
  epochMs,
  type InstantMs,
  instantMs,
  laterOf,
  seconds,
} from "./time.ts";
