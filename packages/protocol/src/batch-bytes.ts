import { FAILURE_MESSAGE_MAX, NOTE_MAX, WORD_MAX } from "./limits.ts";
import type { Assignment, AttemptProgress, AttemptRef, AttemptResult } from "./messages.ts";

/**
 * What one item takes of the line that carries it, its comma included: never less than it does, and never much more.
 * Senders split what they have to say by it. The rest of such a line takes at most {@link BATCH_FRAME_BYTES}.
 */
export const BATCH_FRAME_BYTES = 1_024;

/** Keys, punctuation and figures of one item, at their longest. */
const ITEM_FRAME_BYTES = 112;

export const assignmentBytes = ({ task, type, payload }: Assignment): number =>
  ITEM_FRAME_BYTES + textBytes(task) + textBytes(type) + payload.length;

export function attemptResultBytes({ task, outcome }: AttemptResult): number {
  const bytes = outcome.isOk
    ? outcome.output.length
    : printableBytes(outcome.code, WORD_MAX) + printableBytes(outcome.message, FAILURE_MESSAGE_MAX);
  return ITEM_FRAME_BYTES + textBytes(task) + bytes;
}

export const attemptProgressBytes = ({ task, note = "" }: AttemptProgress): number =>
  ITEM_FRAME_BYTES + textBytes(task) + printableBytes(note, NOTE_MAX);

export const attemptRefBytes = ({ task }: AttemptRef): number => REF_FRAME_BYTES + textBytes(task);

/** `[`, `,` and `],`, and the longest number. */
const REF_FRAME_BYTES = 20;

/** A text in JSON: most take themselves and two quotes, and a unit that is escaped takes six. */
const textBytes = (text: string): number => (PLAIN.test(text) ? text.length : 6 * text.length) + 2;

const PLAIN = /^[ !#-[\]-~]*$/;

/** The same of a text that is made printable first: only quotes and backslashes are escaped once more. */
const printableBytes = (text: string, lengthMax: number): number =>
  (PLAIN.test(text) ? Math.min(text.length, lengthMax) : 2 * Math.min(6 * text.length, lengthMax)) + 2;
