/**
 * The wire: how lines are framed, what they say, and what is wrong with them; and what a task type is, for whoever
 * writes one. Everything that other teams' nodes can see of us is decided here, and its spelling goes no further: the
 * rest of the house knows `Message`s only. It is pure (bytes and text in, values out) and knows no socket.
 */
export {
  assignmentBytes,
  attemptProgressBytes,
  attemptRefBytes,
  attemptResultBytes,
  BATCH_FRAME_BYTES,
} from "./batch-bytes.ts";
export { type Decoded, decodeLine, decodeLineWith, encodedBytes, encodeMessage, type LineMemory } from "./codec.ts";
export {
  type AbortSignalLike,
  defineTask,
  type TaskContext,
  type TaskDefinition,
  TaskFailure,
} from "./define-task.ts";
export { type LineErrorCode, type LineViolation, lineErrors } from "./errors.ts";
export { formatIsoTime, parseIsoTime } from "./iso-time.ts";
export type {
  CommandRelease,
  LeaseRef,
  LendingDialect,
  Offer,
  OfferTerms,
  PeerFigures,
  PeerWords,
  Redirect,
  RedirectTerms,
  RefusalTerms,
  ReleaseAck,
  ReleaseCompleted,
  ReleaseTerms,
  RequestTerms,
  Return,
  WorkerRefusal,
  WorkerRequest,
} from "./lending-messages.ts";
export {
  CLASS_LINE_MAX_BYTES,
  FAILURE_MESSAGE_MAX,
  ITEMS_MAX,
  NEEDED_MAX,
  NOTE_MAX,
  PAYLOAD_DEPTH_MAX,
  PAYLOAD_MAX_BYTES,
  PEER_LEASES_MAX,
  SESSION_LINE_MAX_BYTES,
  WORD_MAX,
  WORKER_SLOTS_MAX,
  WORKER_TYPES_MAX,
} from "./limits.ts";
export { createLineDecoder, type LineDecoder, type LineDecoderViolation } from "./line-decoder.ts";
export { type ListingMessage, leasesThatFit, workersThatFit } from "./listing-bytes.ts";
export type {
  Assignment,
  AttemptOutcome,
  AttemptProgress,
  AttemptRef,
  AttemptResult,
  FarmFigures,
  HeartbeatDialect,
  HeartbeatReply,
  HeartbeatRequest,
  KeepAlive,
  Message,
  NeighbourFigures,
  NoTask,
  PerformanceReport,
  Pong,
  Query,
  ResultAcks,
  ResultBatch,
  SendableMessage,
  StatusAck,
  SystemFigures,
  TaskBatch,
  UnknownMessage,
  WorkerAlive,
  WorkerHeartbeat,
  WorkerHello,
  WorkerStatus,
  WorkerWelcome,
} from "./messages.ts";
export { type CheckedPayload, checkPayload, checkPayloadValue } from "./payload.ts";
export { asciiJson, printable } from "./printable.ts";
export { QUERY_TYPE, queryInput, queryOutput, queryPayload, queryUser } from "./query-task.ts";
export { type RefusalCode, refusalCodes } from "./refusal-codes.ts";
export {
  type ReportExtension,
  type ReportedLoan,
  type ReportedNotice,
  type ReportedPeer,
  type ReportedWorker,
  type ReportFigures,
  reportFigureNames,
} from "./report-extension.ts";
export { isTaskType } from "./task-type.ts";
export { taskSpecs } from "./tasks/index.ts";
export type { TaskSpec, WireExample } from "./tasks/task-spec.ts";
export { utf8ByteLength } from "./utf8.ts";
