import { defineTask } from "@mutirao/protocol";
import { z } from "zod";

// biome-ignore lint/style/noDefaultExport: users may, and it counts like any other export
export default defineTask({
  type: "QUERY",
  input: z.object({ USER: z.string() }),
  output: z.object({ SALDO: z.number() }),
  run: ({ USER }) => ({ SALDO: USER.length }),
});
