/** What the API takes at most. Beyond each of them something defined happens, which is said with the route. */
export const apiLimits = {
  /** The body of any request but a batch. */
  bodyMaxBytes: 1_024 * 1_024,
  /** One line of a batch, its newline not included. */
  batchLineMaxBytes: 64 * 1_024,
  /** How long `GET /tasks/{id}?wait=` may wait. */
  waitMaxS: 60,
  /** Tasks, loans or entries of the journal in one list. */
  listMax: 1_000,
  /** Workers in one order of an operator's. */
  orderMax: 1_000,
  /** How long a drain may take. */
  drainMaxS: 86_400,
} as const;
