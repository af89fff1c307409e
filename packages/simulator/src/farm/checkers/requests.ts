import type { RequestId } from "@mutirao/node-core";
import type { CreateFarmChecker, MasterLife } from "../world.ts";

/**
 * Every request of a submitter or an operator is answered exactly once while its master lives, and each of its tasks by
 * name; in the end none is left without an answer.
 */
export const createRequestsChecker: CreateFarmChecker = (world, fail) => {
  /** What each open request is about. */
  const open = new Map<MasterLife, Map<RequestId, string>>();

  return {
    lifeBegan(life) {
      if (life.kind === "master") open.set(life, new Map());
    },
    lifeEnded(life) {
      if (life.kind === "master") open.delete(life);
    },
    master({ life, event, effects }) {
      const book = open.get(life);
      if (book === undefined) return;
      if (event.type === "submit") book.set(event.request, event.drafts.map(({ id }) => id).join(" "));
      if (event.type === "cancel") book.set(event.request, event.task);
      if (event.type === "retry") book.set(event.request, event.record.id);
      for (const effect of effects) {
        if (effect.type !== "answer") continue;
        const about = book.get(effect.request);
        if (about === undefined) fail(`${life.label} answers request ${effect.request} twice, or nobody's`);
        book.delete(effect.request);
        const { answer } = effect;
        if (answer.kind !== "submitted") continue;
        const ids = answer.drafts.map(({ id }) => id).join(" ");
        if (ids !== about) fail(`${life.label} is asked about ${about} and answers about ${ids}`);
      }
    },
    finish() {
      for (const { life } of world.masters) {
        const left = life === undefined || !life.loop.isRunning ? undefined : open.get(life);
        const [first] = left ?? [];
        if (life === undefined || first === undefined || life.book.writesOpen > 0) continue;
        fail(`${life.label} never answers request ${first[0]}, about ${first[1]}`);
      }
    },
  };
};
