import { type JsonText, jsonText } from "@mutirao/primitives";
import { z } from "zod";
import { asciiJson } from "./printable.ts";

/** The task type of the class's QUERY: the look-up of an account. */
export const QUERY_TYPE = "QUERY";

/** What a QUERY takes: whose account it is, in any JSON. */
export const queryInput = z.object({ USER: z.unknown() });

/** What a QUERY gives. */
export const queryOutput = z.object({ SALDO: z.number() });

/** The payload of a QUERY for the account. */
export const queryPayload = (user: JsonText): JsonText => jsonText(`{"USER":${user}}`);

/** For whom a QUERY asks; `undefined` if the payload is none of a QUERY. */
export function queryUser(payload: JsonText): JsonText | undefined {
  const input = queryInput.safeParse(JSON.parse(payload));
  return input.success ? jsonText(asciiJson(input.data.USER)) : undefined;
}
