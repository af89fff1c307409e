import { defineTask, QUERY_TYPE, queryInput, queryOutput, TaskFailure } from "@mutirao/protocol";

/** What stands in the accounts, in whole cents: the bank of a demonstration. */
const balanceCents: ReadonlyMap<string, number> = new Map([
  ["ana", 125_050],
  ["bia", 98_700],
  ["caio", 4_299],
  ["davi", 1_000_000],
  ["eva", 0],
  ["joao", 31_415],
  ["maria", 271_828],
  ["rui", -15_000],
]);

/** The look-up of an account, the task of the class. Runs like any other handler, and is replaced by one of its type. */
export const query = defineTask({
  type: QUERY_TYPE,
  input: queryInput,
  output: queryOutput,
  run({ USER: user }) {
    const cents = typeof user === "string" ? balanceCents.get(user.trim().toLowerCase()) : undefined;
    if (cents === undefined) throw new TaskFailure("ERR_NO_SUCH_USER", `no such user: ${JSON.stringify(user)}`);
    return { SALDO: cents / 100 };
  },
});
