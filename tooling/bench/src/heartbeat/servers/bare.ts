/** A bare `net` server that answers as a node does: it parses each line and checks TASK, and knows no limit. */
import { cachedAnswers } from "./cached-answers.ts";
import { serveLines } from "./serve-lines.ts";

serveLines((line) => {
  const request = JSON.parse(line) as { readonly TASK?: unknown; readonly SERVER_UUID?: unknown };
  if (request.TASK !== "HEARTBEAT") return "";
  return request.SERVER_UUID === undefined ? cachedAnswers.brief : cachedAnswers.class;
});
