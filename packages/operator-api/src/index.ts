/**
 * The master's HTTP API as data: the schema of everything that is asked and answered, the table of routes, the codes of
 * what can be wrong, and the OpenAPI document made of them. The master serves it, the operator's commands speak it; it
 * knows neither HTTP nor a master.
 */
export { type ApiErrorCode, apiErrorStatus, apiErrors, problemType } from "./api-errors.ts";
export type { ApiAnswer, ApiContent, ApiRoute } from "./api-route.ts";
export {
  type ApiOperation,
  apiRoutes,
  journalQuerySchema,
  loanListQuerySchema,
  taskListQuerySchema,
  taskQuerySchema,
} from "./api-routes.ts";
export { apiLimits } from "./limits.ts";
export { openApiDocument } from "./master-document.ts";
export { type Acceptance, acceptanceSchema, type BatchAnswer, batchAnswerSchema } from "./schemas/acceptance.ts";
export { type Index, indexSchema } from "./schemas/health.ts";
export { type Explanation, explanationSchema, type JournalEntry, journalSchema } from "./schemas/journal.ts";
export { type Load, type LoadTerm, loadSchema } from "./schemas/load.ts";
export { type Loan, loanListSchema } from "./schemas/loan.ts";
export { type CompleteNewTask, type NewTask, newTaskSchema } from "./schemas/new-task.ts";
export {
  type Borrowing,
  type BorrowOrder,
  borrowingSchema,
  borrowOrderSchema,
  type Draining,
  type DrainOrder,
  drainingSchema,
  drainOrderSchema,
  type LendOrder,
  lendOrderSchema,
  type OrderedLoans,
  orderedLoansSchema,
  type ReclaimOrder,
  reclaimOrderSchema,
} from "./schemas/order.ts";
export { type Peer, peerListSchema } from "./schemas/peer.ts";
export { type Problem, problemSchema } from "./schemas/problem.ts";
export {
  isEndState,
  type Task,
  type TaskState,
  type TaskSummary,
  taskListSchema,
  taskSchema,
  taskStates,
} from "./schemas/task.ts";
export { type Worker, workerListSchema } from "./schemas/worker.ts";
