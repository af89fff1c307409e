/** A task as the master shows it. */
interface ShownTask {
  readonly state: string;
  readonly worker: string | null;
}

interface ShownWorker {
  readonly id: string;
  readonly status: string;
  readonly borrowed: boolean;
}

/** What there is to do at one master. */
export interface Field {
  /** Hands in so many tasks. Resolves, once all are durable, with their ids. */
  handIn(count: number): Promise<readonly string[]>;
  /** Resolves once the task has ended, however often the master is away meanwhile. */
  ended(id: string): Promise<ShownTask>;
  /** Its own workers that are at home, and nobody else's. */
  home(): Promise<readonly string[]>;
}

/** Between two questions to a master that cannot be asked now. */
const ASK_AGAIN_MS = 100;

/** @param leaving ends every question, as nobody waits for the answer any more */
export function createField(name: string, http: string, leaving: AbortSignal): Field {
  let rows = 0;
  return {
    async handIn(count) {
      const ids = Array.from({ length: count }, () => `${name}-${rows++}`);
      const lines = ids.map((id, row) => JSON.stringify({ id, type: "HARVEST", payload: { row } }));
      const headers = { "content-type": "application/x-ndjson" };
      const answer = await fetch(`http://${http}/tasks:batch`, { method: "POST", headers, body: lines.join("\n") });
      const accepted = (await answer.text()).match(/"status":202/g)?.length ?? 0;
      if (accepted !== count) throw new Error(`${name} accepted ${accepted} of ${count} tasks`);
      return ids;
    },
    async ended(id) {
      for (;;) {
        const task = (await ask(`http://${http}/tasks/${id}?wait=30`, leaving)) as ShownTask;
        if (task.state !== "pending" && task.state !== "running") return task;
      }
    },
    async home() {
      const workers = (await ask(`http://${http}/workers`, leaving)) as readonly ShownWorker[];
      // A guest that is still here is reason enough to say that it is not over.
      const here = workers.filter(({ status }) => status === "ALIVE");
      return here.some(({ borrowed }) => borrowed) ? [] : here.map(({ id }) => id).toSorted();
    },
  };
}

async function ask(url: string, leaving: AbortSignal): Promise<unknown> {
  for (;;) {
    leaving.throwIfAborted();
    try {
      const answer = await fetch(url, { signal: leaving });
      if (answer.ok) return await answer.json();
    } catch {
      // It is away, as it may be in this story; who waits for it in vain is ended by the guard.
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
