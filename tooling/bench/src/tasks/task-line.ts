/** How many bytes a task has as a line of JSON, its newline included. */
export const TASK_BYTES = 200;

/** Does nothing: see `ours/noop-handler.ts`. */
const TYPE = "NOOP";

/** An id without order, as ids that users choose have none. */
export const taskIdOf = (ordinal: number): string =>
  `${(Math.imul(ordinal, 0x9e37_79b1) >>> 0).toString(16)}-${ordinal}`;

/**
 * A task of {@link TASK_BYTES} whose result is to be its ordinal, so that every result can be checked.
 *
 * @param id as `taskIdOf` gives it.
 */
export function taskLine(id: string, ordinal: number): string {
  const begin = `{"id":"${id}","type":"${TYPE}","payload":{"n":${ordinal},"pad":"`;
  return `${begin}${PADDING.slice(0, TASK_BYTES - begin.length - END.length)}${END}`;
}

const PADDING = "x".repeat(TASK_BYTES);
const END = '"}}\n';
