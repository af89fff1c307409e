/** The longest line that other teams' nodes are sure to read in one piece, its newline included. */
export const CLASS_LINE_MAX_BYTES = 1_400;

/**
 * The longest line between nodes of ours, its newline included. It leaves room below the 64 KiB that a reader takes
 * from a sender it knows.
 */
export const SESSION_LINE_MAX_BYTES = 48 * 1_024;

/** Levels of brackets in a line. */
export const DEPTH_MAX = 32;
/** Keys in one object. */
export const KEYS_MAX = 256;
/** Items in one array; so also the most that a batch may hold of one thing. */
export const ITEMS_MAX = 1_024;

/** The most that a task's payload, or its result, may take. With the rest of its task it still fits into one line. */
export const PAYLOAD_MAX_BYTES = 32 * 1_024;

/** A payload travels within four brackets: those of the line, of `EXT`, of its list and of its task. */
export const PAYLOAD_DEPTH_MAX = DEPTH_MAX - 4;

/** What a worker says in words (why a task failed) is cut at this length. */
export const FAILURE_MESSAGE_MAX = 512;
/** A failure's code, and the name of a task type. */
export const WORD_MAX = 64;
/** What a handler notes about its progress is cut at this length. */
export const NOTE_MAX = 128;

/** Tasks that a worker runs at once. */
export const WORKER_SLOTS_MAX = 64;
/** Task types that a worker names. */
export const WORKER_TYPES_MAX = 64;

/** Leases that one heartbeat renews, or wants back. */
export const PEER_LEASES_MAX = 512;
/** Workers that one request asks for; more is read as this many. */
export const NEEDED_MAX = 1_024;
