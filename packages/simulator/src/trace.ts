import { formatEndpoint } from "@mutirao/primitives";
import { encodeMessage, type SendableMessage } from "@mutirao/protocol";
import type { AnyEffect, AnyEvent, Step } from "./hosts/sim-host.ts";
import type { Life } from "./stage.ts";

/** Everything that the cores of a run were told and asked for: a fingerprint of all of it, and the last of it in full. */
export interface Trace {
  note(life: Life, step: AnyStep): void;
  /** Something that happened to the run from outside, such as a fault. */
  remark(text: string, at: number): void;
  /** Equal for equal traces; empty if none was asked for. */
  readonly fingerprint: string;
  readonly steps: number;
  /** The last entries, oldest first. */
  last(): readonly string[];
}

type AnyStep = Step<AnyEvent, AnyEffect>;
type Entry = { readonly life: Life; readonly step: AnyStep } | { readonly text: string; readonly at: number };

const KEPT = 60;

export interface TraceOptions {
  /** Called with each entry as it comes, if the trace is to be seen. */
  readonly print?: ((line: string) => void) | undefined;
  /** Whether the fingerprint is worked out: yes, unless this is false. */
  readonly isDigested?: boolean | undefined;
}

export function createTrace({ print, isDigested = true }: TraceOptions = {}): Trace {
  /** The next entry takes the place of the oldest. */
  const kept: Entry[] = [];
  let entries = 0;
  const digest = isDigested ? createDigest() : undefined;
  let steps = 0;
  const keep = (entry: Entry): void => {
    kept[entries++ % KEPT] = entry;
    print?.(describeEntry(entry));
  };
  return {
    note(life, step) {
      steps++;
      if (digest !== undefined) digestStep(digest, life, step);
      keep({ life, step });
    },
    remark(text, at) {
      digest?.text(text);
      digest?.number(at);
      keep({ text, at });
    },
    get fingerprint() {
      return digest?.value() ?? "";
    },
    get steps() {
      return steps;
    },
    last() {
      const oldest = entries > KEPT ? entries % KEPT : 0;
      return [...kept.slice(oldest), ...kept.slice(0, oldest)].map(describeEntry);
    },
  };
}

interface Digest {
  number(value: number): void;
  text(value: string): void;
  value(): string;
}

/** Two 32-bit words of FNV-1a with different bases: a fingerprint, not a signature. */
function createDigest(): Digest {
  let [a, b] = [0x811c_9dc5, 0x1b87_3593];
  const word = (value: number): void => {
    a = Math.imul(a ^ value, 0x0100_0193);
    b = Math.imul(b ^ (value + 0x9e37), 0x85eb_ca6b);
    a ^= a >>> 15;
    b ^= b >>> 13;
  };
  const number = (value: number): void => {
    word(value | 0);
    // The fraction, and what is beyond 32 bits, count as well.
    word(((value % 1) * 0x4000_0000) | 0);
    word((value / 0x1_0000_0000) | 0);
  };
  return {
    number,
    text: (value) => word(hashOf(value)),
    value: () => [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}

/** The same few hundred texts come millions of times. What a run makes up itself (ids, remarks) is not kept for ever. */
const HASHES_MAX = 10_000;
const hashes = new Map<string, number>();

function hashOf(text: string): number {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  if (hashes.size >= HASHES_MAX) hashes.clear();
  hashes.set(text, hash);
  return hash;
}

function digestStep(digest: Digest, life: Life, { event, now, effects }: AnyStep): void {
  digest.number(life.number);
  digest.number(now);
  digest.text(event.type);
  if ("conn" in event) digest.number(event.conn);
  if (event.type === "message-received") digest.text(event.message.kind);
  if (event.type === "conn-closed") digest.text(event.reason.code);
  for (const effect of effects) {
    digest.text(effect.type);
    if (effect.type === "notify") digest.text(effect.notice.kind);
    else if ("conn" in effect) digest.number(effect.conn);
    if (effect.type === "send") digest.text(describeMessage(effect.message));
    if (effect.type === "store") digest.number(effect.changes.length);
  }
}

function describeEntry(entry: Entry): string {
  if ("text" in entry) return `${entry.at.toFixed(3).padStart(12)}  ---- ${entry.text}`;
  const { life, step } = entry;
  const effects = step.effects.map((effect) => describeEffect(effect)).join("; ");
  const what = `${describeEvent(step.event)}${effects === "" ? "" : `  =>  ${effects}`}`;
  return `${step.at.toFixed(3).padStart(12)}  ${life.label} (life ${life.number}, clock ${step.now.toFixed(3)}): ${what}`;
}

function describeEvent(event: AnyEvent): string {
  switch (event.type) {
    case "started":
      return `started at ${formatEndpoint(event.listening)}`;
    case "conn-opened":
      return `conn-opened ${event.conn} ${formatEndpoint(event.remote)}`;
    case "message-received":
      return `message-received ${event.conn} ${JSON.stringify(event.message)}`;
    case "line-refused":
      return `line-refused ${event.conn} ${event.violation.code}`;
    case "conn-closed":
      return `conn-closed ${event.conn} ${event.reason.code} ${event.reason.detail ?? ""}`.trimEnd();
    case "host-measured":
      return `host-measured, wall clock + ${event.wallOffsetMs}`;
    default: {
      const { type, ...rest } = event;
      return `${type} ${JSON.stringify(rest)}`;
    }
  }
}

function describeEffect(effect: AnyEffect): string {
  switch (effect.type) {
    case "dial":
      return `dial ${effect.conn} ${formatEndpoint(effect.to)}`;
    case "send":
      return `send ${effect.conn} ${describeMessage(effect.message)}`;
    case "notify":
      return `notify ${JSON.stringify(effect.notice)}`;
    default: {
      const { type, ...rest } = effect;
      return `${type} ${JSON.stringify(rest)}`;
    }
  }
}

/** A beat by its few words, as there are so many; anything else as it goes over the wire. */
function describeMessage(message: SendableMessage): string {
  switch (message.kind) {
    case "heartbeat-request":
    case "heartbeat-reply":
      return `${message.kind} ${message.dialect} ${message.from ?? ""}`.trimEnd();
    case "worker-heartbeat":
      return message.kind;
    default:
      return encodeMessage(message).trimEnd();
  }
}
