import { z } from "zod";
import { described, named } from "../api-schema.ts";

export const healthSchema = named(
  "Health",
  "The process is up.",
  [{ status: "up" }],
  z.object({ status: z.literal("up") }),
);

export const readinessSchema = named(
  "Readiness",
  "The master takes tasks.",
  [{ status: "ready" }],
  z.object({ status: z.literal("ready") }),
);

export const indexSchema = named(
  "Index",
  "What this is, and where to go from here.",
  [
    {
      name: "Mutirão master",
      id: "master-a",
      version: "0.1.0",
      routes: [{ method: "GET", path: "/load", summary: "How loaded the master is, and why" }],
    },
  ],
  z.object({
    name: z.string(),
    id: described(z.string(), "The id of the master."),
    version: z.string(),
    routes: z.array(z.object({ method: z.string(), path: z.string(), summary: z.string() })),
  }),
);

export type Index = z.infer<typeof indexSchema>;
