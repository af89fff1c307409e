import { createHash, timingSafeEqual } from "node:crypto";
import type { Problem } from "@mutirao/operator-api";
import { apiProblem } from "./problem.ts";

/** What of a request says whether it may change anything. */
export interface OrderRequest {
  readonly method: string;
  readonly headers: { readonly authorization?: string | undefined };
}

/**
 * Lets those look who can reach the server, and those order who know its token.
 *
 * @param token what an order must bear; `undefined`: nothing.
 */
export function guardOrder({ method, headers }: OrderRequest, token: string | undefined): Problem | undefined {
  if (token === undefined || method === "GET" || method === "HEAD") return undefined;
  const told = /^bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
  if (told !== undefined && isSame(told, token)) return undefined;
  const found = told === undefined ? "the request bears no token" : "the token is another";
  return apiProblem(
    "ERR_TOKEN_MISSING",
    `${found}: send authorization: Bearer <token>; node-cli takes it from MUTIRAO_TOKEN`,
  );
}

/** Takes as long for every wrong one, so that nobody finds it out letter by letter. */
const isSame = (told: string, token: string): boolean => timingSafeEqual(digestOf(told), digestOf(token));

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
