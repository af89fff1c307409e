import type { Endpoint, NodeId, Prng } from "@mutirao/primitives";
import { asciiBytes } from "../../ascii.ts";
import type { ForeignConn, ForeignConnHandler } from "../../foreign/foreign-conn.ts";

/** How peers of other teams, and of nobody, behave. */
export type ForeignStyle =
  | "brief"
  | "class"
  | "legacy"
  | "anonymous"
  | "chatterbox"
  | "mute"
  | "hasty"
  | "garbage"
  | "slow"
  | "flooder"
  | "worker";

/** What a foreign peer can do, and knows of itself. */
export interface ForeignSelf {
  readonly id: NodeId;
  readonly prng: Prng;
  /** Somebody else's id, for those who lie. */
  readonly forgedId: NodeId;
  readonly intervalMs: number;
  dial(to: Endpoint, handler: ForeignConnHandler): ForeignConn;
  after(delayMs: number, run: () => void): void;
  /** A beat of ours was answered as it should be. */
  wasAnswered(): void;
}

/** The manners of one style. */
export interface Manners {
  readonly what: string;
  /** Whether whoever probes it must find it alive. */
  readonly isAlive: boolean;
  /** Whether its answers say who it is; else it goes by its address. */
  readonly saysWho: boolean;
  /** How it treats those who dial it. */
  readonly hears: (self: ForeignSelf) => ForeignConnHandler;
  /** What it does of its own accord, once per interval and victim. */
  readonly speaks?: (self: ForeignSelf, victim: Endpoint) => void;
}

const BARE = '{"TASK": "HEARTBEAT"}';
const briefAnswer = (id: string): string => `{"TASK": "HEARTBEAT", "RESPONSE": "ALIVE", "SERVER_ID": "${id}"}`;
const classAnswer = (id: string): string => `{"SERVER_UUID": "${id}", "TASK": "HEARTBEAT", "RESPONSE": "ALIVE"}`;
const legacyAnswer = '{"SERVER":"ALIVE","TASK":"RECIEVE"}';

const isBeat = (line: string): boolean => /"TASK": ?"HEARTBEAT"/.test(line);
const hasSender = (line: string): boolean => line.includes('"SERVER_UUID"');
const isLegacyBeat = (line: string): boolean => /"TASK": ?"REQUEST"/.test(line);

/** Answers the first line and closes, with or without a word, and often without a line end: FIN is the end. */
const oneShot = (answer: (line: string) => string | undefined, self: ForeignSelf): ForeignConnHandler => ({
  line(conn, line) {
    const text = answer(line);
    if (text !== undefined) conn.say(self.prng.chance(0.5) ? `${text}\n` : text);
    conn.end();
  },
});

/** Answers on the connection for as long as it lasts. */
const lasting = (answer: (line: string) => string | undefined): ForeignConnHandler => ({
  line(conn, line) {
    const text = answer(line);
    if (text !== undefined) conn.say(`${text}\n`);
  },
});

/** One connection per beat: says a line, waits for a line that fits, closes. */
function beatOnce(self: ForeignSelf, victim: Endpoint, line: string, fits: (answer: string) => boolean): void {
  const conn = self.dial(victim, {
    opened: (opened) => opened.say(line),
    line(answered, answer) {
      if (fits(answer)) self.wasAnswered();
      answered.end();
    },
  });
  self.after(5 * self.intervalMs, () => conn.abort());
}

const deaf: ForeignConnHandler = {};

export const foreignStyles: Readonly<Record<ForeignStyle, Manners>> = {
  brief: {
    what: "the brief's own node: one connection per beat, the first line answered, then closed",
    isAlive: true,
    saysWho: true,
    hears: (self) => oneShot((line) => (isBeat(line) ? briefAnswer(self.id) : undefined), self),
    speaks: (self, victim) => beatOnce(self, victim, `${BARE}\n`, (answer) => answer.includes('"SERVER_ID"')),
  },
  class: {
    what: "the class's shape: ignores a bare request, keeps the connection open",
    isAlive: true,
    saysWho: true,
    hears(self) {
      const closesOnBare = self.prng.chance(0.5);
      return {
        line(conn, line) {
          if (isBeat(line) && hasSender(line)) conn.say(`${classAnswer(self.id)}\n`);
          else if (closesOnBare) conn.end();
        },
      };
    },
    speaks(self, victim) {
      const line = `{"SERVER_UUID": "${self.id}", "TASK": "HEARTBEAT"}\n`;
      beatOnce(self, victim, line, (answer) => answer.includes('"SERVER_UUID"'));
    },
  },
  legacy: {
    what: "the older spelling only, without an id",
    isAlive: true,
    saysWho: false,
    hears: (self) => oneShot((line) => (isLegacyBeat(line) ? legacyAnswer : undefined), self),
    speaks: (self, victim) =>
      beatOnce(self, victim, '{"SERVER":"ALIVE","TASK":"REQUEST"}\r\n', (answer) => answer === legacyAnswer),
  },
  anonymous: {
    what: "answers without any id, on a lasting connection",
    isAlive: true,
    saysWho: false,
    hears: () => lasting((line) => (isBeat(line) ? '{"TASK":"HEARTBEAT","RESPONSE":"ALIVE"}' : undefined)),
  },
  chatterbox: {
    what: "answers, and repeats the answer unasked; dials others and answers, unasked, in somebody else's name",
    isAlive: true,
    saysWho: true,
    hears: (self) => ({
      line(conn, line) {
        if (!isBeat(line)) return;
        conn.say(`${briefAnswer(self.id)}\n`);
        for (const share of [0.3, 0.7]) {
          self.after(share * self.intervalMs, () => conn.isOver || conn.say(`${briefAnswer(self.id)}\n`));
        }
      },
    }),
    speaks(self, victim) {
      const conn = self.dial(victim, { opened: (opened) => opened.say(`${briefAnswer(self.forgedId)}\n`) });
      self.after(self.intervalMs, () => conn.end());
    },
  },
  mute: {
    what: "accepts and never says a word; dials and says nothing either, or never finishes what it began",
    isAlive: false,
    saysWho: false,
    hears: () => deaf,
    speaks(self, victim) {
      const words = self.prng.pick(["", '{"TASK"', `${BARE}\n{"TASK"`]);
      const conn = self.dial(victim, { opened: (opened) => opened.say(words) });
      self.after(30 * self.intervalMs, () => conn.abort());
    },
  },
  hasty: {
    what: "closes every connection as soon as something comes",
    isAlive: false,
    saysWho: false,
    hears: () => ({ line: (conn) => conn.end() }),
  },
  garbage: {
    what: "answers with what is no message, and throws the same at others",
    isAlive: false,
    saysWho: false,
    hears: (self) => ({ line: (conn) => conn.sayBytes(garbage(self.prng)) }),
    speaks(self, victim) {
      const conn = self.dial(victim, {
        opened(opened) {
          for (let count = self.prng.integer(1, 12); count > 0; count--) opened.sayBytes(garbage(self.prng));
        },
      });
      self.after(2 * self.intervalMs, () => conn.abort());
    },
  },
  slow: {
    what: "answers after one to three intervals, if at all",
    isAlive: false,
    saysWho: true,
    hears: (self) => ({
      line(conn, line) {
        if (!isBeat(line) || self.prng.chance(0.2)) return;
        const delayMs = self.intervalMs * (1 + 2 * self.prng.next());
        self.after(delayMs, () => conn.isOver || conn.say(`${briefAnswer(self.id)}\n`));
      },
    }),
  },
  flooder: {
    what: "opens connections by the dozen and says nothing on them, or half a line",
    isAlive: false,
    saysWho: false,
    hears: () => deaf,
    speaks(self, victim) {
      for (let count = self.prng.integer(5, 20); count > 0; count--) {
        const conn = self.dial(victim, {
          opened: (opened) => opened.say('{"TASK": "HEAR'.slice(self.prng.integer(0, 14))),
        });
        self.after(self.intervalMs * self.prng.integer(1, 4), () => conn.abort());
      }
    },
  },
  worker: {
    what: "a worker that has strayed: beats as workers do, and says words that mean nothing here",
    isAlive: false,
    saysWho: true,
    hears: () => deaf,
    speaks(self, victim) {
      const lines = `{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"${self.id}"}\n{"TASK":"COFFEE","FOR":"all"}\n`;
      beatOnce(self, victim, lines, (answer) => answer.includes('"ALIVE"'));
    },
  },
};

/** Lines that no node sends, each wrong in its own way. */
function garbage(prng: Prng): Uint8Array {
  const texts = [
    "no json\n",
    "[1,2]\n",
    `${"[".repeat(40)}\n`,
    '{"TASK":"HEARTBEAT","SERVER_UUID":7}\n',
    "{\n",
    '"x"\r\n',
  ];
  if (prng.chance(0.05)) return new Uint8Array(9_000).fill(0x78);
  const kind = prng.integer(0, texts.length);
  if (kind === texts.length) return Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d, 0x0a);
  return asciiBytes(texts[kind] ?? "\n");
}
