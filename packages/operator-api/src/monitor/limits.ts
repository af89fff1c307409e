/** What the monitor's API shows at most. More than that is left out, and how much is said. */
export const monitorLimits = {
  /** Peers of a master in a list of masters; one master alone is shown with all that are kept. */
  peersShownMax: 16,
  /** Notices, and exchanges, in a snapshot. */
  recentMax: 200,
  /** Notices in one list. */
  listMax: 1_000,
  /** Points of a history. */
  pointsMax: 2_000,
  historyMaxMinutes: 1_440,
} as const;
