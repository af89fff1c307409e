import type { CheckerName } from "../checker-names.ts";
import type { WorldName } from "../worlds.ts";
import { farmMutants } from "./farm-mutants.ts";
import { lendingMutants } from "./lending-mutants.ts";

/** A text of a file, and what stands there instead. */
export interface Edit {
  /** The mutant's own file if it does not say. */
  readonly file?: string;
  readonly find: string;
  readonly replace: string;
}

/** A deliberate mistake in the core, and who must find it. */
export interface Mutant {
  readonly name: string;
  /** The mistake in one sentence. */
  readonly what: string;
  /** Relative to the folder of packages. */
  readonly file: string;
  /** A text that the file has exactly once, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  /** What else is changed, in that file or another: two rules that hide each other's absence go together. */
  readonly more?: readonly Edit[];
  /** Where it is found; `pulse` if it does not say. */
  readonly world?: WorldName;
  /** The checker that finds it on its own. */
  readonly caughtBy: CheckerName;
}

const MEMBERSHIP = "node-core/src/machines/membership.ts";
const PULSE = "node-core/src/machines/pulse.ts";
const STALLS = "node-core/src/machines/stall-watch.ts";
const REGISTRY = "registry/src/peer-registry.ts";
const DETECTOR = "registry/src/failure-detector.ts";

/**
 * Every checker is the catcher of at least one mutant: a check that no deliberate mistake trips does not count. Whoever
 * changes a line that is quoted here changes it here, too; a mutant that no longer applies is an error, not a pass.
 */
const pulseMutants: readonly Mutant[] = [
  {
    name: "never-reprobed",
    what: "A peer that is TIMEOUT is never probed again.",
    file: MEMBERSHIP,
    find: "return laterOf(now, after(target.dueAt, waitMs));",
    replace: "return laterOf(now, after(target.dueAt, durationMs(waitMs + 1e12)));",
    caughtBy: "availability",
  },
  {
    name: "no-back-off",
    what: "A peer that is TIMEOUT is probed every interval for ever.",
    file: "node-core/src/policies/back-off.ts",
    find: "Math.min(intervalMs * 2 ** (failures + 1), ceilingMs)",
    replace: "Math.min(intervalMs, ceilingMs)",
    caughtBy: "beats",
  },
  {
    name: "one-after-the-other",
    what: "A beat begins only when no other peer owes an answer, so that a mute peer delays all.",
    file: MEMBERSHIP,
    find: "else effects.push(...beat(state, target, now));",
    replace: `else if ([...state.targets.values()].some(({ phase }) => phase === "asked" || phase === "dialing"))
      state.schedule.schedule(target, after(now, durationMs(1)));
    else effects.push(...beat(state, target, now));`,
    caughtBy: "beats",
  },
  {
    name: "all-share-the-slots",
    what: "Peers that answer wait for a dial slot like peers that do not.",
    file: MEMBERSHIP,
    find: "if (target.isProven || state.slotsTaken < state.options.dialsMax)",
    replace: "if (state.slotsTaken < state.options.dialsMax)",
    caughtBy: "beats",
  },
  {
    name: "slots-not-given-back",
    what: "A dial slot is taken and never given back.",
    file: MEMBERSHIP,
    find: "state.slotsTaken -= 1;",
    replace: "",
    caughtBy: "availability",
  },
  {
    name: "redials-at-once",
    what: "A peer that closes after its answer is dialled again at once.",
    file: MEMBERSHIP,
    find: 'if (target.phase === "idle") return released;',
    replace: 'if (target.phase === "idle") return [...released, dial(state, target)];',
    caughtBy: "beats",
  },
  {
    name: "overdue-stays-open",
    what: "The connection on which an answer is overdue is forgotten and not closed.",
    file: MEMBERSHIP,
    find: 'target.conn === undefined ? [] : [{ type: "close", conn: target.conn }]',
    replace: "[]",
    caughtBy: "tables",
  },
  {
    name: "deaf-to-the-end",
    what: "The end of an idle connection is not taken in, and the next beat is sent on it.",
    file: MEMBERSHIP,
    find: `state.targetsByConn.delete(conn);
  target.conn = undefined;`,
    replace: `if (target.phase === "idle") return [];
  state.targetsByConn.delete(conn);
  target.conn = undefined;`,
    caughtBy: "lifecycle",
  },
  {
    name: "number-used-twice",
    what: "Every second dial gets the number of the one before it.",
    file: "node-core/src/machines/conn-numbers.ts",
    find: "dialledConnId(dials++)",
    replace: "dialledConnId(Math.floor(dials++ / 2))",
    caughtBy: "lifecycle",
  },
  {
    name: "address-is-identity",
    what: "A peer goes by its address, whatever id it answers with.",
    file: MEMBERSHIP,
    find: "reply.from ?? nodeId(target.address)",
    replace: "nodeId(target.address)",
    caughtBy: "identity",
  },
  {
    name: "knows-itself",
    what: "A node that finds itself in its peer list takes itself for a peer.",
    file: MEMBERSHIP,
    find: "if (reply.from === state.selfId) return foundSelf(state, target, now);",
    replace: "",
    caughtBy: "identity",
  },
  {
    name: "seen-when-asked",
    what: "last_seen is the moment of the question, not of the answer.",
    file: MEMBERSHIP,
    find: "reply.from ?? nodeId(target.address), now)",
    replace: "reply.from ?? nodeId(target.address), target.dueAt)",
    caughtBy: "identity",
  },
  {
    name: "unasked-is-evidence",
    what: "Every answer counts as evidence, whether or not it was asked for.",
    file: MEMBERSHIP,
    find: `if (target?.phase !== "asked") return [];
  target.phase = "idle";`,
    replace: `if (target === undefined) return [];
  target.phase = "idle";`,
    caughtBy: "identity",
  },
  {
    name: "request-is-evidence",
    what: "Whoever beats us in a peer's name proves that the peer lives.",
    file: PULSE,
    find: "if (message.from !== undefined) state.membership.onHeardOf(message.from, now);",
    replace: `if (message.from !== undefined) {
        const { registry } = state.membership;
        const at = registry.addressOf(message.from);
        if (at !== undefined) registry.answered(\`\${at.host}:\${at.port}\`, message.from, now);
      }`,
    caughtBy: "identity",
  },
  {
    name: "replaced-for-ever",
    what: "An id that another has replaced at its address is never dropped.",
    file: REGISTRY,
    find: "state.drops.schedule(row, after(now, state.timeoutMs));\n  return",
    replace: "return",
    caughtBy: "identity",
  },
  {
    name: "silent-return",
    what: "A peer that answers again is ALIVE again, and nobody is told.",
    file: REGISTRY,
    find: 'was === "ALIVE" ? NOTHING :',
    replace: 'was !== "NEVER_SEEN" ? NOTHING :',
    caughtBy: "transitions",
  },
  {
    name: "timeout-on-the-beat",
    what: "A verdict has no deadline of its own and is given with the next beat.",
    file: MEMBERSHIP,
    find: "earlierOf(state.schedule.nextDeadline(), state.registry.nextDeadline())",
    replace: "state.schedule.nextDeadline()",
    caughtBy: "verdicts",
  },
  {
    name: "late-verdict",
    what: "A verdict is given a tenth of the timeout too late.",
    file: DETECTOR,
    find: "const bySilence = after(heardAt, timeoutMs);",
    replace: "const bySilence = (heardAt + 1.1 * timeoutMs) as InstantMs;",
    caughtBy: "verdicts",
  },
  {
    name: "once-dead-always-dead",
    what: "A peer that is TIMEOUT stays so when it answers again.",
    file: REGISTRY,
    find: `const was = row.status;
  row.status = "ALIVE";`,
    replace: "const was = row.status;",
    caughtBy: "verdicts",
  },
  {
    name: "stall-not-noticed",
    what: "A node that was stalled accuses its peers of the silence that it slept through.",
    file: STALLS,
    find: 'if (isNews || (isLate && event.type === "wake")) resumed();',
    replace: "",
    caughtBy: "accusations",
  },
  {
    name: "spelling-forgotten",
    what: "The spelling that a peer answered is not remembered.",
    file: MEMBERSHIP,
    find: "target.dialects = experienceOfAnswer(state, target);",
    replace: "target.dialects = NO_EXPERIENCE;",
    caughtBy: "dialects",
  },
  {
    name: "older-spelling-settled",
    what: "A peer that was well enough for one answer in the older spelling is never asked who it is again.",
    file: MEMBERSHIP,
    find: 'answered === "legacy" && dialects.answered !== "legacy" ? UNSETTLED : ANSWERED[answered]',
    replace: "ANSWERED[answered]",
    caughtBy: "dialects",
  },
  {
    name: "one-answer-fits-all",
    what: "Every question is answered in the class's spelling.",
    file: "node-core/src/machines/answering.ts",
    find: "replies[request.dialect]",
    replace: "replies.class",
    caughtBy: "answers",
  },
  {
    name: "unseeded-jitter",
    what: "The jitter of the back-off is not drawn from the seed.",
    file: "node-core/src/policies/back-off.ts",
    find: "0.5 * prng.next()",
    replace: "0.5 * Math.random()",
    caughtBy: "replay",
  },
];

export const mutants: readonly Mutant[] = [
  ...pulseMutants,
  ...farmMutants.map((mutant) => ({ ...mutant, world: "farm" as const })),
  ...lendingMutants.map((mutant) => ({ ...mutant, world: "lending" as const })),
];
