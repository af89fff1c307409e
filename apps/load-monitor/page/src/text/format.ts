import type { MonitoredNotice } from "@mutirao/operator-api/monitor";
import type { Strings } from "./en.ts";
import type { FieldText, NoticeWords } from "./notice-words.ts";

/** How figures are written in one language. */
export interface Format {
  /** A figure; what is not known is a dash. */
  number(value: number | null): string;
  /** A length of time in milliseconds, in the unit in which one thinks of it. */
  duration(ms: number | null): string;
  /** An age in milliseconds: whole seconds and longer. */
  age(ms: number): string;
  share(value: number | null): string;
  rate(value: number | null): string;
  /** The time of day of a moment, by the clock of whoever looks. */
  time(moment: string): string;
  /** The same to the millisecond. */
  exactTime(moment: string): string;
  word(table: Readonly<Record<string, string>>, word: string): string;
  notice(notice: MonitoredNotice): string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function formatIn(strings: Strings): Format {
  const whole = new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(strings.locale, { style: "percent", maximumFractionDigits: 0 });
  const clock = new Intl.DateTimeFormat(strings.locale, { timeStyle: "medium", hourCycle: "h23" });
  const exactClock = new Intl.DateTimeFormat(strings.locale, {
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" },
  });
  const dash = strings.notKnownShort;
  const number = (value: number): string => (Math.abs(value) < 100 ? fine : whole).format(value);

  const long = (ms: number): string => {
    if (ms < MINUTE) return strings.seconds(whole.format(Math.floor(ms / SECOND)));
    if (ms < HOUR) return strings.minutes(whole.format(Math.floor(ms / MINUTE)));
    if (ms < 2 * DAY) return strings.hours(whole.format(Math.floor(ms / HOUR)));
    return strings.days(whole.format(Math.floor(ms / DAY)));
  };
  const short = (ms: number): string =>
    ms < SECOND ? strings.milliseconds(whole.format(ms)) : strings.seconds(number(ms / SECOND));
  const word = (table: Readonly<Record<string, string>>, key: string): string =>
    Object.hasOwn(table, key) ? (table[key] ?? key) : key;

  return {
    number: (value) => (value === null ? dash : number(value)),
    duration: (ms) => (ms === null ? dash : ms < MINUTE ? short(ms) : long(ms)),
    age: (ms) => (ms < SECOND ? strings.justNow : long(ms)),
    share: (value) => (value === null ? dash : percent.format(value)),
    rate: (value) => (value === null ? dash : strings.perSecond(number(value))),
    time: (moment) => clock.format(new Date(moment)),
    exactTime: (moment) => exactClock.format(new Date(moment)),
    word,
    notice({ kind, data }) {
      const words: NoticeWords = strings.noticeTexts;
      const text = Object.hasOwn(words, kind) ? words[kind] : undefined;
      return text === undefined ? (exchangeText(data, strings) ?? kind) : text(fieldTextOf(data)).trim();
    },
  };
}

/** A notice may tell of a message. */
function exchangeText({ exchange }: MonitoredNotice["data"], { toldSent, toldReceived }: Strings): string | undefined {
  if (typeof exchange !== "object" || exchange === null) return undefined;
  const field = fieldTextOf(exchange as MonitoredNotice["data"]);
  const said = `${field("word")} ${field("why")}`.trim();
  return (field("direction") === "sent" ? toldSent : toldReceived)(field("peer"), said);
}

const FIELD_MAX = 80;

/** A field of what a stranger said, as one short text. */
function fieldTextOf(data: Readonly<Record<string, unknown>>): FieldText {
  return (name) => {
    const value = data[name] ?? nestedIn(data, name);
    if (value === undefined || value === null) return "";
    if (Array.isArray(value)) return value.length === 0 ? "" : `(${value.map(shortText).join(", ")})`;
    return shortText(value);
  };
}

/** A master tells of a transition in a part of its own. */
function nestedIn({ transition }: Readonly<Record<string, unknown>>, name: string): unknown {
  if (typeof transition !== "object" || transition === null) return undefined;
  return (transition as Readonly<Record<string, unknown>>)[name];
}

function shortText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > FIELD_MAX ? `${text.slice(0, FIELD_MAX)}…` : text;
}
