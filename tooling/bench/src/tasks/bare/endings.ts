import type { Socket } from "node:net";
import type { BareResult, Question } from "./messages.ts";

/** The tasks that have ended, for those who ask. */
export interface Endings {
  add(results: readonly BareResult[]): void;
  answer(asker: Socket, question: Question): void;
}

export function createEndings(workers: () => number): Endings {
  const results = new Map<string, number>();
  const followers = new Set<Socket>();
  let waiting: readonly { readonly asker: Socket; readonly total: number }[] = [];
  let total = 0;

  const tellWaiting = (): void => {
    for (const wait of waiting) if (wait.total <= total) wait.asker.write(`{"total":${total}}\n`);
    waiting = waiting.filter((wait) => wait.total > total);
  };
  return {
    add(ended) {
      for (const { id, n } of ended) results.set(id, n);
      total += ended.length;
      if (waiting.length > 0) tellWaiting();
      if (followers.size === 0) return;
      const news = ended.map(({ id }) => `{"ended":"${id}"}\n`).join("");
      for (const follower of followers) follower.write(news);
    },
    answer(asker, question) {
      switch (question.ask) {
        case "workers":
          asker.write(`{"workers":${workers()}}\n`);
          break;
        case "ended":
          waiting = [...waiting, { asker, total: question.total }];
          tellWaiting();
          break;
        case "result":
          asker.write(`{"n":${results.get(question.id) ?? null}}\n`);
          results.delete(question.id);
          break;
        case "follow":
          followers.add(asker);
          asker.once("close", () => followers.delete(asker));
          asker.write("{}\n");
      }
    },
  };
}
