import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";

export const peerSchema = named(
  "Peer",
  "Another master whose pulse is kept.",
  [
    {
      id: "master-b",
      key: "master-b",
      host: "127.0.0.1",
      port: 9_102,
      status: "ALIVE",
      lastSeenAt: "2026-11-24T15:31:12.345Z",
    },
    { id: null, key: "127.0.0.1:9103", host: "127.0.0.1", port: 9_103, status: "NEVER_SEEN", lastSeenAt: null },
  ],
  z.object({
    id: described(z.string().nullable(), "Its id; null if it never answered."),
    key: described(z.string(), "Names the entry: the id, `id@host:port`, or `host:port` if it never answered."),
    host: z.string(),
    port: z.int(),
    status: described(z.enum(["NEVER_SEEN", "ALIVE", "TIMEOUT"]), "TIMEOUT: it was silent for too long."),
    lastSeenAt: described(moment.nullable(), "When its last answer came."),
  }),
);

export const peerListSchema = named("PeerList", "The peers of the master.", [[]], z.array(peerSchema));

export type Peer = z.infer<typeof peerSchema>;
