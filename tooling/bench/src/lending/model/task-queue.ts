/** Tasks that wait, by their numbers, first come, first served. */
export interface TaskQueue {
  readonly size: number;
  add(task: number): void;
  take(): number | undefined;
  /** The oldest; infinite if nothing waits. */
  first(): number;
}

export function createTaskQueue(): TaskQueue {
  let tasks: number[] = [];
  let head = 0;
  return {
    get size() {
      return tasks.length - head;
    },
    add(task) {
      tasks.push(task);
    },
    take() {
      const task = tasks[head];
      if (task === undefined) return undefined;
      head++;
      // What was taken is let go of now and then, at a cost that is shared by many.
      if (head > 1_000 && 2 * head > tasks.length) [tasks, head] = [tasks.slice(head), 0];
      return task;
    },
    first: () => tasks[head] ?? Number.POSITIVE_INFINITY,
  };
}
