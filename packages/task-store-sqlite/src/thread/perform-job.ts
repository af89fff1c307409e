import { unreachable } from "@mutirao/primitives";
import type { OtherJob, Results, TakeRows } from "../messages.ts";
import type { Forgetting } from "./forget-tasks.ts";
import type { TaskReader } from "./read-tasks.ts";

/** What the jobs work with, those that write tasks aside. */
export interface Desk {
  readonly reader: TaskReader;
  readonly forgetting: Forgetting;
  close(): void;
}

export function performJob(
  { reader, forgetting, close }: Desk,
  job: OtherJob,
  takeRows: TakeRows,
): Results[OtherJob["kind"]] {
  switch (job.kind) {
    case "load":
      reader.unfinished(takeRows);
      return { finished: reader.finished(), leases: reader.leases() };
    case "get":
      return reader.get(job.id);
    case "list":
      return reader.list(job.state, job.limit, job.below);
    case "choose":
      forgetting.choose(job.endedBefore, job.finishedMax);
      return undefined;
    case "forget":
      return forgetting.next();
    case "close":
      close();
      return undefined;
    default:
      return unreachable(job);
  }
}
