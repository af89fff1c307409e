/**
 * An HTTP server as ours are: a table of routes served as it is written, requests of web pages from elsewhere refused,
 * whatever goes wrong said as a problem document, limits on everything, a stream of events, figures for Prometheus. It
 * knows neither masters nor monitors.
 */
export { type App, type AppOptions, createApp, type ServerState } from "./app.ts";
export { errorsPage } from "./errors-page.ts";
export { createEventStream, type EventStream } from "./event-stream.ts";
export { fieldProblem } from "./field-problem.ts";
export { addCount, addGauge, addGaugeByWord, countAnswers } from "./gauges.ts";
export { guardOrder } from "./order-token.ts";
export { apiProblem, type ProblemDetails, problemDocument, sendProblem } from "./problem.ts";
export { readQuery } from "./query-string.ts";
export { type Handle, type RouteHandlers, registerRoutes } from "./register-routes.ts";
export { guardRequest } from "./request-guard.ts";
export { type ServerLimits, serverLimits } from "./server-limits.ts";
