import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { typingFolder } from "@mutirao/command";
import type { OptionProblem } from "@mutirao/node-core";
import { printable } from "@mutirao/protocol";

/** Long enough not to be guessed; what is longer is hardly meant. */
const TOKEN = /^[!-~]{16,256}$/;

/** The token that orders over HTTP must bear; `undefined` if no file is named. */
export async function readOrderToken(
  path: string | undefined,
): Promise<{ readonly token: string | undefined } | OptionProblem> {
  if (path === undefined) return { token: undefined };
  let text: string;
  try {
    text = await readFile(resolve(typingFolder(), path), "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "no file";
    return wrong(path, `cannot be read (${why}): name a file with the token`);
  }
  const token = text.trim();
  if (TOKEN.test(token)) return { token };
  return wrong(path, "holds no token: write one word of 16 to 256 printable ASCII characters into it");
}

const FLAG = "--http-token-file";

const wrong = (path: string, what: string): OptionProblem => ({
  code: "ERR_OPTION_INVALID",
  flag: FLAG,
  message: `${FLAG} ${printable(path, 512)} ${what}`,
});
