import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

/** Two files of lines: one that grows, and the one before it. */
export interface Segments {
  /** What was there when they were opened, oldest first; a torn line may be among them. */
  readonly lines: readonly string[];
  /** Puts a line (with its newline) behind the others, soon. */
  append(line: string): void;
  /** Lines that could not be written. */
  readonly lost: number;
  close(): Promise<void>;
}

/** Lines that wait for the disk; a disk that is slower for longer than these last is not waited for. */
const PENDING_MAX = 10_000;

interface State {
  readonly current: string;
  readonly former: string;
  readonly maxBytes: number;
  file: FileHandle | undefined;
  size: number;
  pending: string[];
  writing: Promise<void> | undefined;
  lost: number;
}

export async function openSegments(directory: string, maxBytes: number): Promise<Segments> {
  const [current, former] = [join(directory, "journal.ndjson"), join(directory, "journal.old.ndjson")];
  const [older, newer] = [await textOf(former), await textOf(current)];
  const state: State = {
    current,
    former,
    maxBytes,
    file: undefined,
    size: Buffer.byteLength(newer),
    // A line that a crash has torn ends here, so that the next one is whole.
    pending: newer === "" || newer.endsWith("\n") ? [] : ["\n"],
    writing: undefined,
    lost: 0,
  };
  return {
    lines: [...older.split("\n"), ...newer.split("\n")].filter((line) => line !== ""),
    append(line) {
      if (state.pending.length >= PENDING_MAX) state.lost++;
      else state.pending.push(line);
      state.writing ??= writeAll(state);
    },
    get lost() {
      return state.lost;
    },
    async close() {
      await state.writing;
      await state.file?.close();
      state.file = undefined;
    },
  };
}

/** Of a file that is not there, nothing. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}

async function writeAll(state: State): Promise<void> {
  // What comes in one turn is written at once.
  await new Promise(setImmediate);
  while (state.pending.length > 0) {
    const lines = takeFitting(state);
    try {
      await write(state, lines.join(""));
    } catch {
      state.lost += lines.length;
    }
  }
  state.writing = undefined;
}

/** So many of the lines that wait as fit into one file; at least one. */
function takeFitting(state: State): readonly string[] {
  let bytes = 0;
  const beyond = state.pending.findIndex((line, index) => {
    bytes += Buffer.byteLength(line);
    return index > 0 && bytes > state.maxBytes;
  });
  return state.pending.splice(0, beyond === -1 ? state.pending.length : beyond);
}

async function write(state: State, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  if (state.size > 0 && state.size + bytes.length > state.maxBytes) await turnOver(state);
  const file = await fileOf(state);
  await file.appendFile(bytes);
  state.size += bytes.length;
}

async function turnOver(state: State): Promise<void> {
  await state.file?.close();
  state.file = undefined;
  try {
    await rename(state.current, state.former);
  } catch (error) {
    // Whoever has taken the file away has made the room that was needed.
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  state.size = 0;
}

async function fileOf(state: State): Promise<FileHandle> {
  if (state.file !== undefined) return state.file;
  await mkdir(join(state.current, ".."), { recursive: true, mode: 0o700 });
  // Like the tasks beside it, nobody else's business.
  state.file = await open(state.current, "a", 0o600);
  return state.file;
}
