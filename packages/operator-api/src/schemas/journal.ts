import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";

const stepFields = {
  time: moment,
  event: described(z.string(), "What kind of thing happened."),
  sentence: described(z.string(), "What happened, with the figures and thresholds that it followed from. ASCII."),
  facts: described(z.record(z.string(), z.unknown()), "The same, for programs. Which there are depends on the event."),
};

const stepExample = {
  time: "2026-11-24T15:31:12.345Z",
  event: "borrow-asked",
  sentence: "10.0.0.7:9101 was asked for 2 workers, since the wait of 2.0 s was above the trigger of 100 ms.",
  facts: { peer: "10.0.0.7:9101", workers: 2, waitMs: 2_000, triggerMs: 100 },
};

export const journalEntrySchema = named(
  "JournalEntry",
  "One decision of the master.",
  [{ n: 17, ...stepExample }],
  z.object({ n: described(z.int(), "Counts up, also across restarts."), ...stepFields }),
);

export const journalSchema = named(
  "Journal",
  "Decisions of the master, oldest first.",
  [[]],
  z.array(journalEntrySchema),
);

const stepSchema = named("Step", "One link of a causal chain.", [stepExample], z.object(stepFields));

export const explanationSchema = named(
  "Explanation",
  "Why something is as it is.",
  [
    {
      about: "borrow",
      answer: "It has no peers to borrow from; now: 0 tasks waiting, 0 borrowed workers here.",
      steps: [],
    },
  ],
  z.object({
    about: described(z.string(), "What was asked about."),
    answer: described(z.string(), "The short answer, in a sentence. ASCII."),
    steps: described(z.array(stepSchema), "What led to it, oldest first."),
  }),
);

export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type Explanation = z.infer<typeof explanationSchema>;
