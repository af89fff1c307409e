import {
  type AttemptProgress,
  type AttemptRef,
  type AttemptResult,
  asciiJson,
  SESSION_LINE_MAX_BYTES,
} from "@mutirao/protocol";

/** What a line of results has room for, beside its own words and the longest id of a worker. */
export const LINE_ROOM_BYTES = SESSION_LINE_MAX_BYTES - 512;

/** The keys, the figures and the punctuation of one item, at their longest. */
const ITEM_FRAME_BYTES = 96;

/** How much of a line a result takes at most. */
export function resultBytes({ task, outcome }: AttemptResult): number {
  const words = outcome.isOk ? outcome.output.length : textBytes(outcome.code) + textBytes(outcome.message);
  return ITEM_FRAME_BYTES + textBytes(task) + words;
}

export const progressBytes = ({ task, note }: AttemptProgress): number =>
  ITEM_FRAME_BYTES + textBytes(task) + textBytes(note ?? "");

/**
 * As many attempts as a hello can name beside 64 task types. All of them, unless their ids are long and in no Latin
 * script; one that is left out counts as lost, and is done twice.
 */
export function thatFit(refs: readonly AttemptRef[]): readonly AttemptRef[] {
  let leftBytes = HELD_MAX_BYTES;
  return refs.filter(({ task }) => {
    leftBytes -= REF_FRAME_BYTES + textBytes(task);
    return leftBytes >= 0;
  });
}

const HELD_MAX_BYTES = 40 * 1_024;
const REF_FRAME_BYTES = 24;

/** Nearly every text is written as it is, and telling so is much cheaper than writing it. */
const textBytes = (text: string): number => (PLAIN.test(text) ? text.length + 2 : asciiJson(text).length);

const PLAIN = /^[ !#-[\]-~]*$/;
