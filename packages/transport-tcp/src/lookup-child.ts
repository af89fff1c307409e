import { lookup } from "node:dns";
import { errorCode } from "./dial-failure.ts";
import type { LookupAnswer, LookupQuestion } from "./lookup-process.ts";

// The program of the look-up process: see `createLookupProcess`. It asks the system, as any program on this machine
// would, and says what it was told.

const answer = (...told: LookupAnswer): void => {
  // Whoever asked may be gone, and then the next event is "disconnect".
  process.send?.(told, () => {});
};

process.on("message", ([question, name]: LookupQuestion) => {
  try {
    lookup(name, { all: true }, (error, addresses) => {
      if (error === null)
        answer(
          question,
          null,
          addresses.map(({ address }) => address),
        );
      else answer(question, errorCode(error), []);
    });
  } catch (error) {
    answer(question, errorCode(error as Error), []);
  }
});

// Its parent has ended, or is no more. An exit would wait for the look-ups that hang; nothing else here is worth waiting.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A terminal sends its signals to every process in it, and how to answer them is the parent's business.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
