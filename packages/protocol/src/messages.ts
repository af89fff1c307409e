import type { DurationMs, EpochMs, JsonText, NodeId, TaskId } from "@mutirao/primitives";
import type {
  CommandRelease,
  Offer,
  PeerWords,
  Redirect,
  ReleaseAck,
  ReleaseCompleted,
  Return,
  WorkerRefusal,
  WorkerRequest,
} from "./lending-messages.ts";
import type { ReportExtension } from "./report-extension.ts";

/**
 * How a beat is spelled.
 *
 * - `brief`: the bare request of the course's brief, answered with `SERVER_ID`;
 * - `class`: with `SERVER_UUID` in the request as well;
 * - `legacy`: the older `{"SERVER":"ALIVE","TASK":"REQUEST"}`.
 */
export type HeartbeatDialect = "brief" | "class" | "legacy";

/** "Are you alive?" */
export interface HeartbeatRequest {
  readonly kind: "heartbeat-request";
  readonly dialect: HeartbeatDialect;
  /** Who asks; a bare or legacy request does not say. */
  readonly from?: NodeId;
  /** In the `class` dialect only. */
  readonly peer?: PeerWords;
}

/** "I am." */
export interface HeartbeatReply {
  readonly kind: "heartbeat-reply";
  /** The spelling: `brief` names us in `SERVER_ID` alone, `class` in both keys, `legacy` not at all. */
  readonly dialect: HeartbeatDialect;
  /** Who answers; some spellings do not say, and then the peer goes by its address. */
  readonly from?: NodeId;
  /** In the `class` dialect only. */
  readonly peer?: PeerWords;
  /** To a worker that is a guest, in the `class` dialect only: its lease lasts so much longer. */
  readonly leaseMs?: DurationMs;
}

/** A worker's own beat, answered like anybody's. */
export interface WorkerHeartbeat {
  readonly kind: "worker-heartbeat";
  readonly worker: NodeId;
}

/** One attempt at one task. A task that is tried again gets a higher number. */
export interface AttemptRef {
  readonly task: TaskId;
  /** Counted from 1. */
  readonly attempt: number;
}

/** What our own workers say of themselves beyond the class's words. Its presence asks for the richer conversation. */
export interface WorkerHello {
  /** Names the process: another process under the same id is another worker. */
  readonly boot: string;
  /** Tasks that it runs at once, 1 to 64. 0: it takes none for now (it drains). */
  readonly slots: number;
  /** The task types that it can run, 64 at most. */
  readonly types: readonly string[];
  /** The attempts that it runs at this moment. */
  readonly holding: readonly AttemptRef[];
  /** The highest epoch of a lease that it has seen, from 1; absent before its first. */
  readonly epoch?: number;
}

/** A worker presents itself and asks for work. */
export interface WorkerAlive {
  readonly kind: "worker-alive";
  readonly worker: NodeId;
  /** Whose it is, in its own words, while it is borrowed: an id, an ip, or ip:port. */
  readonly owner?: NodeId;
  /** Where it listens for orders, at the address from which it talks. */
  readonly port?: number;
  readonly hello?: WorkerHello;
}

/** A task in the class's words. It has no id on the wire. */
export interface Query {
  readonly kind: "query";
  /** What stands in `USER`: any JSON. */
  readonly user: JsonText;
}

/** There is nothing to do. */
export interface NoTask {
  readonly kind: "no-task";
}

/** How a task in the class's words went. */
export interface WorkerStatus {
  readonly kind: "worker-status";
  /** Some push workers leave it out: then it is the worker of the connection, if there is one. */
  readonly worker?: NodeId;
  readonly isOk: boolean;
  /** An object of what the result carries: `SALDO` and `CPF` as far as they are there. */
  readonly output: JsonText;
  /** Why it failed, if it says so; safe to print. */
  readonly error?: string;
}

/** A result was recorded (or needs no recording); the worker may forget it. */
export interface StatusAck {
  readonly kind: "status-ack";
  readonly worker?: NodeId;
}

/** Are you still there? To push workers, when nothing else is said. */
export interface KeepAlive {
  readonly kind: "keep-alive";
}

/** A push worker is still there. */
export interface Pong {
  readonly kind: "pong";
  readonly worker?: NodeId;
}

/** A master of ours takes a worker of ours in, in answer to its hello. */
export interface WorkerWelcome {
  readonly kind: "worker-welcome";
  readonly from: NodeId;
  /** How long the worker may be away before its tasks are given to others. */
  readonly graceMs: DurationMs;
  /** Time between two heartbeats that the worker is to send, and the silence after which either side gives up. */
  readonly intervalMs: DurationMs;
  readonly timeoutMs: DurationMs;
  /** From its owner, the number of its last lease: a worker that has seen none so high takes it over. */
  readonly epoch?: number;
  /** To a guest: its lease lasts so long from now. */
  readonly leaseMs?: DurationMs;
}

/** A task for a worker of ours. */
export interface Assignment extends AttemptRef {
  readonly type: string;
  readonly payload: JsonText;
  /** After this the worker ends it, and reports so. */
  readonly timeoutMs: DurationMs;
}

/** Work for a worker of ours, and work that it is to give up. Several tasks share a line. */
export interface TaskBatch {
  readonly kind: "task-batch";
  readonly tasks: readonly Assignment[];
  readonly cancel: readonly AttemptRef[];
}

/** How one attempt went. */
export type AttemptOutcome =
  | { readonly isOk: true; readonly output: JsonText }
  | { readonly isOk: false; readonly code: string; readonly message: string };

export interface AttemptResult extends AttemptRef {
  readonly outcome: AttemptOutcome;
}

/** How far an attempt has come, as its handler says. */
export interface AttemptProgress extends AttemptRef {
  /** 0 to 1. */
  readonly fraction: number;
  readonly note?: string;
}

/** Results and progress of a worker of ours. Repeated until acknowledged. */
export interface ResultBatch {
  readonly kind: "result-batch";
  readonly worker: NodeId;
  readonly results: readonly AttemptResult[];
  readonly progress: readonly AttemptProgress[];
  /** After a hello: with this line the worker has said all that it has of earlier conversations. */
  readonly isResynced: boolean;
}

/** Results that are recorded, or need no recording; the worker may forget them. */
export interface ResultAcks {
  readonly kind: "result-acks";
  readonly acks: readonly AttemptRef[];
}

/** A load report to a supervisor. Never answered. What is `undefined` in it is not known. */
export interface PerformanceReport {
  readonly kind: "performance-report";
  readonly from: NodeId;
  readonly sentAt: EpochMs | undefined;
  readonly messageId: string;
  readonly system: SystemFigures;
  readonly farm: FarmFigures;
  /** The high watermark of the backlog. */
  readonly maxTask: number | undefined;
  readonly neighbours: readonly NeighbourFigures[];
  /** What a master of ours adds. */
  readonly extension: ReportExtension | undefined;
}

/** Figures of the machine, as the class reports them. */
export interface SystemFigures {
  readonly uptimeS: number | undefined;
  readonly loadAverage1m: number | undefined;
  readonly loadAverage5m: number | undefined;
  readonly cpuPercent: number | undefined;
  readonly cpusLogical: number | undefined;
  readonly cpusPhysical: number | undefined;
  readonly memoryTotalMb: number | undefined;
  readonly memoryAvailableMb: number | undefined;
  readonly memoryPercent: number | undefined;
  readonly memoryUsedMb: number | undefined;
  readonly diskTotalGb: number | undefined;
  readonly diskFreeGb: number | undefined;
  readonly diskPercent: number | undefined;
}

export interface FarmFigures {
  readonly workersTotal: number | undefined;
  /** Busy workers per worker alive, 0 to 1. */
  readonly workersUtilization: number | undefined;
  readonly workersAlive: number | undefined;
  readonly workersIdle: number | undefined;
  readonly workersBorrowed: number | undefined;
  readonly workersReceived: number | undefined;
  readonly workersFailed: number | undefined;
  readonly tasksPending: number | undefined;
  readonly tasksRunning: number | undefined;
}

export interface NeighbourFigures {
  readonly id: NodeId;
  readonly isAvailable: boolean;
  readonly lastHeartbeatAt: EpochMs | undefined;
}

/** A well-formed line whose control word we do not know. It is noted and ignored, and the connection stays open. */
export interface UnknownMessage {
  readonly kind: "unknown";
  /** The word, safe to print. */
  readonly word: string;
}

/** Everything that can be said. A new TASK gets a member here, and the compiler then shows every place to decide. */
export type Message =
  | HeartbeatRequest
  | HeartbeatReply
  | WorkerHeartbeat
  | WorkerAlive
  | Query
  | NoTask
  | WorkerStatus
  | StatusAck
  | KeepAlive
  | Pong
  | WorkerWelcome
  | TaskBatch
  | ResultBatch
  | ResultAcks
  | PerformanceReport
  | WorkerRequest
  | Offer
  | WorkerRefusal
  | Redirect
  | Return
  | CommandRelease
  | ReleaseAck
  | ReleaseCompleted
  | UnknownMessage;

/** What we can say ourselves. */
export type SendableMessage = Exclude<Message, UnknownMessage>;
