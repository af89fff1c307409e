/** Why a master lends nobody, by stable code. `docs/errors.md` is generated from this table. */
export const refusalCodes = {
  LEND_OFF: "The master does not lend: its options say so.",
  LEND_SATURATED: "Tasks wait at the master itself.",
  LEND_NONE_IDLE: "No worker is idle at this moment.",
  LEND_RESERVE: "The workers that are idle are those that the master keeps for itself.",
  LEND_LIMIT: "As many workers are lent as may be, to this master or to all.",
  LEND_BORROWING: "The master borrows or asks for workers itself, and so lends none.",
  LEND_NOT_TO_YOU: "The master's options do not let it lend to this one.",
  LEND_UNKNOWN_PEER: "The one who asks is none of the master's peers, or none that is alive.",
  LEND_BAD_ADDRESS: "The address to which the workers would go is not that of the one who asks.",
  LEND_TOO_OFTEN: "The master was asked too often. Ask again after the time that the answer names.",
  LEND_DRAINING: "The master is about to end.",
  LEND_STORE_DOWN: "The store of the master has failed, so that it could not keep what it lends.",
} as const;

export type RefusalCode = keyof typeof refusalCodes;
