/** Whole lines of a file, and how many they are. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  /** Blank ones included. */
  readonly lines: number;
}

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into blocks of whole lines, one for each chunk that has the end of a line. What is above the
 * limit of a line, and one byte more, is left out: the master refuses such a line all the same, and no file can fill the
 * memory with it.
 */
export async function* lineBlocks(
  chunks: AsyncIterable<Uint8Array>,
  lineMaxBytes: number,
): AsyncGenerator<LineBlock, void, undefined> {
  let pieces: Uint8Array[] = [];
  let room = lineMaxBytes + 1;
  const keep = (piece: Uint8Array): void => {
    const kept = piece.subarray(0, room);
    room -= kept.length;
    if (kept.length > 0) pieces.push(kept);
  };
  for await (const chunk of chunks) {
    const first = chunk.indexOf(NEWLINE);
    if (first === -1) {
      keep(chunk);
      continue;
    }
    keep(chunk.subarray(0, first));
    const last = chunk.lastIndexOf(NEWLINE);
    const bytes = joined([...pieces, chunk.subarray(first, last + 1)]);
    yield { bytes, lines: count(bytes) };
    pieces = [];
    room = lineMaxBytes + 1;
    keep(chunk.subarray(last + 1));
  }
  if (pieces.length > 0) yield { bytes: joined(pieces), lines: 1 };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function count(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
