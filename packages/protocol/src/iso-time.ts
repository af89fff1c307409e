import { type EpochMs, epochMs } from "@mutirao/primitives";

/**
 * Times of day as the wire spells them, ISO 8601 in UTC, by arithmetic alone: the calendar is the proleptic Gregorian
 * one, in which every 400 years are 146,097 days. Counted from 1 March, a leap day is the last day of its year, and
 * months are 153 days to every five. (Method: Howard Hinnant, "chrono-compatible low-level date algorithms".)
 */
const DAY_MS = 86_400_000;
const DAYS_PER_ERA = 146_097;
/** Days from 1 March of the year 0 to 1 January 1970. */
const DAYS_TO_1970 = 719_468;
/** The years that ISO 8601 spells in four digits end here. */
const LAST_MS = 253_402_300_799_999;

/** `2026-11-03T12:34:56.789Z`. What lies outside the years 1970 to 9999 is moved to the nearer end of them. */
export function formatIsoTime(at: EpochMs): string {
  const ms = Math.min(Math.max(Math.floor(at), 0), LAST_MS);
  const { year, month, day } = dateOf(Math.floor(ms / DAY_MS));
  const inDay = ms % DAY_MS;
  const clock = [Math.floor(inDay / 3_600_000), Math.floor(inDay / 60_000) % 60, Math.floor(inDay / 1_000) % 60];
  const time = clock.map((part) => digits(part, 2)).join(":");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${time}.${digits(inDay % 1_000, 3)}Z`;
}

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)?)?$/;

/**
 * Reads a date, or a date and time with or without seconds, a fraction, and an offset (`Z`, `+hh:mm`, `+hhmm`, `+hh`);
 * without an offset it is UTC. A fraction counts down to the millisecond.
 *
 * @returns `undefined` if the text is none of these, or names a day or a time that does not exist.
 */
export function parseIsoTime(text: string): EpochMs | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const [offsetHour, offsetMinute] = [part(9), part(10)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined;
  const eastMinutes = (match[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  const fractionMs = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  const inDay = ((hour * 60 + minute - eastMinutes) * 60 + second) * 1_000 + fractionMs;
  return epochMs(daysUntil(year, month, day) * DAY_MS + inDay);
}

const digits = (value: number, count: number): string => String(value).padStart(count, "0");

/** The date that is `days` days after 1 January 1970. */
function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const sinceMarch = days + DAYS_TO_1970;
  const era = Math.floor(sinceMarch / DAYS_PER_ERA);
  const dayOfEra = sinceMarch - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** The days from 1 January 1970 to the date; negative for dates before. */
function daysUntil(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const era = Math.floor(yearFromMarch / 400);
  const yearOfEra = yearFromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_1970;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
