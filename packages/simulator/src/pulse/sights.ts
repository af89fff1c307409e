import type { Effect, Notice } from "@mutirao/node-core";
import type { HeartbeatDialect } from "@mutirao/protocol";
import type { TransitionReason } from "@mutirao/registry";
import { type CloseReason, transportErrors } from "@mutirao/transport";
import { observer, sense, target as targetOf } from "../calm.ts";
import { type Counters, createCounters } from "../counters.ts";
import type { WireSight } from "../network/wire.ts";
import { stallMs } from "./bounds.ts";
import { faultNames } from "./faults/table.ts";
import { foreignStyles } from "./foreign/styles.ts";
import { CROWD_NODES } from "./swarm/draw.ts";
import type { Happening, TargetRecord } from "./swarm/ledger.ts";
import { transitionsOf } from "./swarm/notices.ts";
import type { SwarmPlan } from "./swarm/plan.ts";
import type { Checker, NodeLife, Observation, World } from "./swarm/world.ts";

/**
 * What must be seen sometimes: each fault at work, its recovery, and each path of the nodes that some fault or foreign
 * manner is there for. A batch of runs in which one of these never shows proves less than it seems to.
 */
const wireSights: readonly WireSight[] = [
  "swallowed",
  "cut-in-mid-line",
  "stalled",
  "gave-up",
  "merged",
  "cut-in-chunks",
];

const noticeKinds: readonly Notice["kind"][] = [
  "registry-due",
  "beat-failed",
  "peer-moved",
  "id-shared",
  "self-found",
  "stalled",
  "stranger-heard",
  "line-refused",
  "source-muted",
  "message-unknown",
];

const reasons: readonly TransitionReason[] = [
  "first-answer",
  "answered-again",
  "moved",
  "silent",
  "replaced",
  "answers-elsewhere",
];

/**
 * Limits that are out of reach here, so that it is the transport's own suite that reaches them. A heartbeat node sends
 * next to nothing that was not asked for, and stops reading from whoever does not read its answers; and it dials no more
 * than its peers, who are always fewer than the connections that it may have.
 */
const outOfReach: readonly CloseReason["code"][] = ["ERR_SLOW_CONSUMER", "ERR_DIAL_LIMIT"];
const closeCodes = (Object.keys(transportErrors) as CloseReason["code"][]).filter((code) => !outOfReach.includes(code));

const paths = {
  "path connection reused": "a beat was answered on a connection that had carried one before",
  "path connection per beat": "a beat was answered on a fresh connection after one that was answered too",
  "path redialled": "a connection ended under a beat, which went on on another",
  "path spelling class": "a peer answered the class's spelling",
  "path spelling legacy": "a peer answered the older spelling",
  "path spelling found": "a peer answered in another spelling than the one it was first asked in",
  "path answer overdue": "no answer came in time",
  "path dial slots full": "as many unproven dials as may be were under way",
  "path woken early": "a core was woken before its deadline",
  "path woken by socket": "a core that was stalled heard of a socket before its overdue wake-up",
  "path nobody accused": "a node that was stalled for longer than a timeout accused nobody for one after it",
  "path foreign beat answered": "a foreign peer's own beat was answered as it should be",
} as const;

export type Path = keyof typeof paths;

const circumstances = {
  "drawn clock drift": ({ nodes }) => nodes.some(({ clock }) => clock.rate !== 1),
  "drawn shared machine": ({ nodes }) => new Set(nodes.map(({ homes }) => homes[0].machine)).size < nodes.length,
  "drawn shared id": ({ nodes }) => new Set(nodes.map(({ id }) => id)).size < nodes.length,
  "drawn second home": ({ nodes }) => nodes.some(({ homes }) => homes.length > 1),
  "drawn duplicate peer": ({ nodes }) =>
    nodes.some(({ options: { peers } }) => new Set(peers.map(textOf)).size < peers.length),
  "drawn name": ({ nodes }) => nodes.some(({ options }) => options.peers.some(({ host }) => host.endsWith(".sim"))),
  "drawn crowd": ({ nodes }) => nodes.length >= CROWD_NODES,
  "drawn no faults": ({ faults }) => faults.length === 0,
} satisfies Record<string, (plan: SwarmPlan) => boolean>;

const textOf = ({ host, port }: { host: string; port: number }): string => `${host} ${port}`;

/** A fault from which there is no recovery. */
const isForEver = (name: string): boolean => name === "death";

export function createSightCounters(): Counters {
  return createCounters([
    ...faultNames.flatMap((name) => [`fault ${name} fired`, ...(isForEver(name) ? [] : [`fault ${name} recovered`])]),
    ...Object.keys(foreignStyles).map((style) => `foreign ${style}`),
    ...Object.keys(circumstances),
    ...wireSights.map((sight) => `wire ${sight}`),
    ...closeCodes.map((code) => `closed ${code}`),
    ...noticeKinds.map((kind) => `notice ${kind}`),
    ...reasons.map((reason) => `transition ${reason}`),
    ...Object.keys(paths),
  ]);
}

export function countPlan(plan: SwarmPlan, counters: Counters): void {
  for (const [name, holds] of Object.entries(circumstances)) if (holds(plan)) counters.count(name);
  for (const { style } of plan.foreigners) counters.count(`foreign ${style}`);
}

/** Not a checker, but it watches like one: it counts what it sees. */
export function createSightSeer({ counters, calm, occupantOf, slots }: World): Checker {
  const count = (path: Path): void => counters.count(path);
  /** The spelling of the first question since the last answer. */
  const askedInVain = new WeakMap<TargetRecord, HeartbeatDialect>();
  const stalledAt = new WeakMap<NodeLife, number>();

  const seeEffect = (effect: Effect): void => {
    if (effect.type !== "notify") return;
    const { notice } = effect;
    if (notice.kind === "peer-transitioned") counters.count(`transition ${notice.transition.reason}`);
    else counters.count(`notice ${notice.kind}`);
    if (notice.kind === "beat-failed" && notice.reason.code === "ERR_ANSWER_TIMEOUT") count("path answer overdue");
  };

  const seeRecovery = (life: NodeLife, happening: Happening): void => {
    const target = life.targets.find(({ record }) => record === happening.target);
    const occupant = target?.address === undefined ? undefined : occupantOf(target.address);
    if (target === undefined || occupant === undefined) return;
    for (const what of [...target.disturbances, targetOf(occupant.number), observer(life.number), sense(life.number)]) {
      const fault = calm.recovered(what);
      if (fault !== undefined && !isForEver(fault)) counters.count(`fault ${fault} recovered`);
    }
  };

  const seeHappening = (life: NodeLife, happening: Happening): void => {
    const { kind, target } = happening;
    if (kind === "redialled") count("path redialled");
    if (kind === "asked") askedInVain.set(target, askedInVain.get(target) ?? happening.dialect);
    if (kind !== "answered") return;
    seeRecovery(life, happening);
    if (happening.isReused) count("path connection reused");
    else if (target.previous?.outcome === "answered") count("path connection per beat");
    if (happening.dialect === "class") count("path spelling class");
    if (happening.dialect === "legacy") count("path spelling legacy");
    const inVain = askedInVain.get(target);
    if (inVain !== undefined && inVain !== happening.dialect) count("path spelling found");
    askedInVain.delete(target);
  };

  const seeStall = ({ life, dueAt, now, event, effects }: Observation): void => {
    const { timeoutMs } = life.slot.plan.options;
    const lateMs = dueAt === undefined ? 0 : now - dueAt;
    if (lateMs > stallMs(life.slot.plan) && event.type !== "wake") count("path woken by socket");
    if (lateMs > timeoutMs) stalledAt.set(life, now);
    const since = stalledAt.get(life);
    if (since === undefined) return;
    if (transitionsOf(effects).some(({ to }) => to === "TIMEOUT")) stalledAt.delete(life);
    else if (now >= since + timeoutMs) {
      stalledAt.delete(life);
      if (life.core.registry().some(({ status }) => status === "ALIVE")) count("path nobody accused");
    }
  };

  const seeSlots = ({ life }: Observation): void => {
    let unproven = 0;
    for (const { target, isOpen, isClosing } of life.ledger.conns.values()) {
      if (target !== undefined && !isOpen && !isClosing && target.previous?.outcome !== "answered") unproven++;
    }
    if (unproven >= life.slot.plan.options.dialsMax) count("path dial slots full");
  };

  return {
    observe(observation) {
      const { life, event, effects, happenings, dueAt, now } = observation;
      for (const effect of effects) seeEffect(effect);
      for (const happening of happenings) seeHappening(life, happening);
      if (event.type === "conn-closed" && !outOfReach.includes(event.reason.code))
        counters.count(`closed ${event.reason.code}`);
      if (event.type === "wake" && dueAt !== undefined && now < dueAt) count("path woken early");
      if (event.type === "wake") seeSlots(observation);
      seeStall(observation);
    },
    finish() {
      // The end of each connection at its node's end is told to the transport's user, and counts like any other.
      for (const { life } of slots) if (life !== undefined) counters.count("closed CONN_CLOSED");
    },
  };
}
