import type { Readable } from "node:stream";

const KEPT_CHARACTERS = 4_000;

/** Reads a stream to its end and keeps the last of it, to tell why a child ended. */
export function collectText(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    text = (text + chunk).slice(-KEPT_CHARACTERS);
  });
  return () => (text === "" ? "it said nothing on stderr" : text.trimEnd());
}
