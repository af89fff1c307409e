/** What the peers of a punctuality run are asked to be. */
export interface Neighbours {
  /** They answer, until they are told to fall silent. */
  readonly live: number;
  /** They take every connection and never answer. */
  readonly mute: number;
  /** Nobody listens there. */
  readonly absent: number;
}

/** Where they are. */
export interface NeighbourPorts {
  readonly live: readonly number[];
  readonly mute: readonly number[];
  readonly absent: readonly number[];
}
