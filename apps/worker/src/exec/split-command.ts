/** A command line cut into a program and its arguments, or what is wrong with it. */
export type SplitCommand = { readonly argv: readonly [string, ...string[]] } | { readonly problem: string };

/**
 * Cuts a command line as one would expect, without a shell: blanks separate, `"..."` and `'...'` keep blanks together,
 * and nothing else means anything, so that a path of Windows needs no care. For all other cases, a JSON array of texts.
 */
export function splitCommand(text: string): SplitCommand {
  const words = text.trimStart().startsWith("[") ? fromJson(text) : fromWords(text);
  if ("problem" in words) return words;
  const [program, ...rest] = words.list;
  if (program === undefined || program === "") return { problem: "it names no program" };
  return { argv: [program, ...rest] };
}

type Words = { readonly list: readonly string[] } | { readonly problem: string };

function fromJson(text: string): Words {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return { list: value };
  } catch {
    // Said below.
  }
  return { problem: 'what begins with "[" must be a JSON array of texts' };
}

function fromWords(text: string): Words {
  const list: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (const character of text) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) list.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== undefined) return { problem: `a ${quote} is not closed` };
  if (word !== undefined) list.push(word);
  return { list };
}
