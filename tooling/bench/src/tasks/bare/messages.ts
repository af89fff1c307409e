/** What a connection to the bare dispatcher begins with. */
export type Greeting =
  | { readonly role: "producer" }
  | { readonly role: "asker" }
  | { readonly role: "worker"; readonly slots: number };

/** What an asker asks, a line each; every line is answered by one, in their order. */
export type Question =
  | { readonly ask: "workers" }
  /** Answered when so many have ended. */
  | { readonly ask: "ended"; readonly total: number }
  /** Answered once a task has ended, and then forgotten. */
  | { readonly ask: "result"; readonly id: string }
  /** From now on a line comes for every task that ends. */
  | { readonly ask: "follow" };

/** What a worker says of a task that it has done. */
export interface BareResult {
  readonly id: string;
  readonly n: number;
}
