import type { RunId, WorkerOwnEffect } from "@mutirao/node-core";
import type { JsonText, Prng } from "@mutirao/primitives";
import { jsonText } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import { HANDLERS } from "../event-loop.ts";
import { type Execution, markerOf } from "./truth.ts";
import type { FarmWorld, WorkerLife } from "./world.ts";

/** Who a payload is about. */
function userOf(payload: JsonText): string {
  return /"USER":"([^"]*)"/.exec(payload)?.[1] ?? "";
}

export interface RunnerTools {
  readonly world: FarmWorld;
  readonly life: () => WorkerLife;
  readonly prng: Prng;
  /** A task has taken its whole worker down with it. */
  readonly onKilled: () => void;
}

/**
 * The handlers of one process of a worker. They go on while the process's own loop stands still, and end with the process.
 */
export interface Runner {
  run(effect: WorkerOwnEffect & { readonly type: "run-task" }): void;
  cancel(run: RunId): void;
}

export function createRunner(tools: RunnerTools): Runner {
  const { world, prng } = tools;
  const { scheduler } = world;

  /** The end of a run, however it comes; later ends of the same run are none. */
  const end = (run: RunId, execution: Execution, how: Execution["outcome"], outcome: AttemptOutcome): void => {
    const life = tools.life();
    if (execution.outcome !== undefined || life.loop.isDead) return;
    execution.outcome = how;
    life.active.delete(run);
    life.loop.post(HANDLERS, () => life.host.deliver({ type: "run-ended", run, outcome }));
  };

  return {
    run({ run, payload, timeoutMs }) {
      const life = tools.life();
      const task = markerOf(userOf(payload));
      const execution = world.truth.begin(task, life.id, scheduler.now);
      life.active.set(run, execution);
      const { serviceMs, flaw, times } = world.natureOf(execution.task);
      const isFlawed = world.truth.of(execution.task).length <= times;
      const tookMs = serviceMs * (0.8 + 0.4 * prng.next());
      scheduler.after(timeoutMs / life.clock.rate, () =>
        end(run, execution, "timeout", no("ERR_TASK_TIMEOUT", "it took too long")),
      );
      if (isFlawed && flaw === "hang") return;
      if (prng.chance(0.1)) progress(tools, run, execution, tookMs / 2);
      scheduler.after(tookMs, () => {
        if (execution.outcome !== undefined || life.loop.isDead) return;
        if (isFlawed && flaw === "poison") tools.onKilled();
        else if (isFlawed && flaw === "nok")
          end(run, execution, "nok", no("ERR_NO_SUCH_USER", `no ${execution.ordinal}`));
        else end(run, execution, "ok", { isOk: true, output: jsonText(`{"SALDO":${execution.ordinal}}`) });
      });
    },
    cancel(run) {
      const life = tools.life();
      const execution = life.active.get(run);
      if (execution === undefined || world.natureOf(execution.task).isDeaf) return;
      scheduler.after(prng.next() * 5, () => end(run, execution, "cancelled", no("ERR_TASK_CANCELLED", "cancelled")));
    },
  };
}

const no = (code: string, message: string): AttemptOutcome => ({ isOk: false, code, message });

function progress({ world, life: lifeOf }: RunnerTools, run: RunId, execution: Execution, afterMs: number): void {
  world.scheduler.after(afterMs, () => {
    const life = lifeOf();
    if (execution.outcome !== undefined || life.loop.isDead) return;
    life.loop.post(HANDLERS, () => life.host.deliver({ type: "run-progressed", run, fraction: 0.5, note: "half" }));
  });
}
