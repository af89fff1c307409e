import type { Reply } from "./api-client.ts";
import { createMasterClient, type MasterClient } from "./master-client.ts";
import { out, outJson, widthMax } from "./output.ts";
import { type Cell, type Column, formatTable } from "./table.ts";
import type { Failure } from "./verb.ts";

/** How a list is shown to people. */
export interface ListWords<T> {
  readonly columns: readonly Column[];
  readonly row: (item: T) => readonly Cell[];
  /** Said of an empty one. */
  readonly none: string;
}

/** Shows a list as a table, or as the master's JSON. */
export async function showList<T>(
  { http, json }: { readonly http: string; readonly json: boolean },
  ask: (client: MasterClient) => Promise<Reply<readonly T[]>>,
  { columns, row, none }: ListWords<T>,
): Promise<Failure | undefined> {
  const reply = await ask(createMasterClient(http));
  if ("failure" in reply) return reply.failure;
  if (json) outJson(reply.value);
  else if (reply.value.length === 0) out(`${none}\n`);
  else out(formatTable(columns, reply.value.map(row), widthMax()));
  return undefined;
}
