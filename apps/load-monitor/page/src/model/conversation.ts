import type { Exchange } from "@mutirao/operator-api/monitor";

/** What a message is for, which tells how it is drawn. */
export type MessageSense = "request" | "yes" | "no" | "move" | "home" | "other";

/** One message, told by one or by both of its sides. */
export interface Message {
  /** Of the exchange that told it first. */
  readonly n: number;
  readonly exchange: Exchange;
  readonly toldBy: readonly string[];
  readonly sense: MessageSense;
  /** Columns of its sides. */
  readonly from: number;
  readonly to: number;
}

export interface Conversation {
  /** Masters that take part, in the order in which they came in: one column each. */
  readonly sides: readonly string[];
  /** Workers take part: they share a last column, for there may be many, and each says little. */
  readonly hasWorkers: boolean;
  /** The latest last. */
  readonly messages: readonly Message[];
  /** Messages that are known and not shown. */
  readonly older: number;
}

/** Both sides may tell the same message, each by its own clock. */
const SAME_WITHIN_MS = 15_000;

/** The conversation, or that part of it in which `about` takes part. */
export function conversationOf(
  exchanges: readonly Exchange[],
  about: string | undefined,
  shownMax: number,
): Conversation {
  const told = toldOnce(exchanges).filter(
    ({ exchange: { from, to } }) => about === undefined || from === about || to === about,
  );
  const shown = told.slice(-shownMax);
  const all = [...new Set(shown.flatMap(({ exchange: { from, to } }) => [from, to]))];
  const workers = new Set(shown.flatMap(({ exchange }) => workerIn(exchange) ?? []));
  const sides = all.filter((side) => !workers.has(side));
  const columns = new Map(sides.map((side, n) => [side, n]));
  return {
    sides,
    hasWorkers: workers.size > 0,
    messages: shown.map(({ exchange, toldBy }) => ({
      n: exchange.n,
      exchange,
      toldBy,
      sense: senseOf(exchange.word),
      from: columns.get(exchange.from) ?? sides.length,
      to: columns.get(exchange.to) ?? sides.length,
    })),
    older: told.length - shown.length,
  };
}

/** That side of a message that is a worker: the one that it is about. */
export function workerIn({ from, to, workers }: Exchange): string | undefined {
  return workers.find((worker) => worker === from || worker === to);
}

interface Told {
  readonly exchange: Exchange;
  readonly toldBy: string[];
}

function toldOnce(exchanges: readonly Exchange[]): readonly Told[] {
  const told: Told[] = [];
  const open = new Map<string, Told[]>();
  for (const exchange of exchanges) {
    const key = JSON.stringify([exchange.from, exchange.to, exchange.word, exchange.line]);
    const same = (open.get(key) ?? []).find(({ exchange: first, toldBy }) => {
      const apartMs = Math.abs(Date.parse(exchange.at) - Date.parse(first.at));
      return !toldBy.includes(exchange.toldBy) && apartMs <= SAME_WITHIN_MS;
    });
    if (same !== undefined) {
      same.toldBy.push(exchange.toldBy);
      continue;
    }
    const first = { exchange, toldBy: [exchange.toldBy] };
    told.push(first);
    open.set(key, [...(open.get(key) ?? []), first]);
  }
  return told;
}

/** The words are those of the wire, and other teams have some of their own. */
export function senseOf(word: string): MessageSense {
  const said = word.toUpperCase();
  if (/UNAVAILABLE|REFUS|NACK|DENIED|REJECT/.test(said)) return "no";
  if (/REDIRECT/.test(said)) return "move";
  if (/RETURN|RELEASE|RECLAIM|HOME/.test(said)) return "home";
  if (/REQUEST|NEED/.test(said)) return "request";
  if (/AVAILABLE|OFFER|ACK|ALIVE|WELCOME/.test(said)) return "yes";
  return "other";
}

/** A message as one reads it: as it went over the wire, but for spaces, if it is JSON. */
export function readableLine(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return line;
  }
}

/** A part of a line: as it is, or a character that cannot be seen or would change how others are seen. */
export interface LinePart {
  readonly text: string;
  readonly isHidden: boolean;
}

/** Controls, formats (direction marks, zero widths), what is not assigned, halves of pairs, and breaks of lines. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u;
const HIDDEN_OR_NOT = /[\p{C}\p{Zl}\p{Zp}]|[^\p{C}\p{Zl}\p{Zp}]+/gu;

/** A line as it can be shown without being misread: what is hidden in it is named. */
export function lineParts(line: string): readonly LinePart[] {
  return (line.match(HIDDEN_OR_NOT) ?? []).map((text) =>
    HIDDEN.test(text) ? { text: codePointName(text), isHidden: true } : { text, isHidden: false },
  );
}

const codePointName = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
