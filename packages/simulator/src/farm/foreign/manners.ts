/** What a worker of another team may do that a good one would not. */
export const manners = {
  "answers-twice": "says every result twice",
  late: "now and then takes longer than any master waits",
  silent: "now and then forgets a task, and asks for the next",
  dies: "now and then dies with a task, and is started again",
  "polls-while-holding": "asks for more while it works",
  spare: "reports a forgotten task on a connection that it had opened before it was given another",
  nameless: "does not say who it is",
  "half-named": "does not say in every result who it is",
  "hangs-up": "closes its connection before the answer is there, and asks again",
} as const;

export type Manner = keyof typeof manners;
export const mannerNames = Object.keys(manners) as readonly Manner[];
