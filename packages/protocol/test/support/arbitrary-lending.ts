import type { Endpoint } from "@mutirao/primitives";
import fc from "fast-check";
import type { SendableMessage } from "../../src/index.ts";
import { duration, node, optional, ordinal, shown, text } from "./arbitrary-parts.ts";

const count = fc.oneof(fc.nat(1_000), fc.nat(Number.MAX_SAFE_INTEGER));
const word = shown(64).filter((code) => code !== "");
const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()).map((name) => name.toLowerCase());
const endpoint: fc.Arbitrary<Endpoint> = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
const leases = fc.array(fc.record({ worker: node, epoch: ordinal }), { maxLength: 4 });
const workers = fc.uniqueArray(node, { maxLength: 4 });
const somebody = fc.uniqueArray(node, { minLength: 1, maxLength: 4 });
const waits = { spare: count, waitMs: duration };

const figures = fc.record(
  { ...waits, backlog: count, workers: count, serviceMs: duration, state: word, at: endpoint, http: endpoint },
  { ...optional, requiredKeys: ["spare", "waitMs", "backlog", "workers", "serviceMs", "state"] },
);

/** What two masters of ours add to their beats. */
export const peer = fc.record({ figures, guests: leases, wanted: leases }, { ...optional, requiredKeys: [] });

const requestTerms = fc.record({
  ask: text,
  backlog: count,
  serviceMs: duration,
  workers: count,
  lifeMs: duration,
  isSevere: fc.boolean(),
});

const offerTerms = fc.record({ leases, ...waits, isStanding: fc.boolean() });
const refusalTerms = fc.record({ code: word, retryAfterMs: duration, ...waits, isStanding: fc.boolean() });

const redirectTerms = fc.record(
  { epoch: ordinal, owner: text, borrower: node, leaseMs: duration },
  { ...optional, requiredKeys: ["epoch", "owner", "leaseMs"] },
);

const releaseTerms = fc.record({ leases, count }, { ...optional, requiredKeys: ["leases"] });

type Arbitrary<Kind extends SendableMessage["kind"]> = fc.Arbitrary<Extract<SendableMessage, { kind: Kind }>>;

const ofClass = fc.constant("class" as const);
/** The older spelling has no place for terms. */
const ofLegacy = fc.constant("legacy" as const);

const request = {
  kind: fc.constant("worker-request" as const),
  from: node,
  at: endpoint,
  needed: fc.integer({ min: 1, max: 1_024 }),
};
const offer = { kind: fc.constant("offer" as const), from: node, workers: somebody };
const refusal = { kind: fc.constant("worker-refusal" as const), from: node };

/** Anything of each kind that masters and their workers say about lending. */
export const arbitraryLending = {
  "worker-request": fc.oneof(
    fc.record(
      { ...request, dialect: ofClass, terms: requestTerms },
      { ...optional, requiredKeys: ["kind", "dialect", "at", "needed"] },
    ),
    fc.record({ ...request, dialect: ofLegacy }, { ...optional, requiredKeys: ["kind", "dialect", "at", "needed"] }),
  ) satisfies Arbitrary<"worker-request">,
  offer: fc.oneof(
    fc.record(
      { ...offer, dialect: ofClass, terms: offerTerms },
      { ...optional, requiredKeys: ["kind", "dialect", "workers"] },
    ),
    fc.record({ ...offer, dialect: ofLegacy }, { ...optional, requiredKeys: ["kind", "dialect", "workers"] }),
  ) satisfies Arbitrary<"offer">,
  "worker-refusal": fc.oneof(
    fc.record(
      { ...refusal, dialect: ofClass, terms: refusalTerms },
      { ...optional, requiredKeys: ["kind", "dialect"] },
    ),
    fc.record({ ...refusal, dialect: ofLegacy }, { ...optional, requiredKeys: ["kind", "dialect"] }),
  ) satisfies Arbitrary<"worker-refusal">,
  redirect: fc.record(
    { kind: fc.constant("redirect" as const), to: endpoint, terms: redirectTerms },
    { ...optional, requiredKeys: ["kind", "to"] },
  ) satisfies Arbitrary<"redirect">,
  return: fc.record(
    { kind: fc.constant("return" as const), to: endpoint, epoch: ordinal },
    { ...optional, requiredKeys: ["kind"] },
  ) satisfies Arbitrary<"return">,
  "command-release": fc.record(
    { kind: fc.constant("command-release" as const), from: node, workers, at: endpoint, terms: releaseTerms },
    { ...optional, requiredKeys: ["kind", "workers"] },
  ) satisfies Arbitrary<"command-release">,
  "release-ack": fc.record(
    { kind: fc.constant("release-ack" as const), from: node, workers },
    { ...optional, requiredKeys: ["kind", "workers"] },
  ) satisfies Arbitrary<"release-ack">,
  "release-completed": fc.record(
    { kind: fc.constant("release-completed" as const), from: node, workers, leases },
    { ...optional, requiredKeys: ["kind", "workers"] },
  ) satisfies Arbitrary<"release-completed">,
};
