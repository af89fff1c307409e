/**
 * A look at SQLite's write-ahead log that SQLite itself does not take: it reads the log up to the first frame that does
 * not fit, and forgets what follows. That is right for what a crash has torn at the end. But a transaction is written
 * only after the one before it is durable, so a bad frame with a whole transaction and the beginning of another one
 * behind it was whole once, and what it held was promised. Damage to the last transaction cannot be told from
 * what a power cut does to one that was never promised, by this or any other log.
 *
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function describeLogDamage(log: Uint8Array): string | undefined {
  // A shorter one was torn before its first frame.
  if (log.length < HEADER_BYTES + FRAME_HEADER_BYTES) return undefined;
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  const header = readHeader(view);
  if (header === undefined) return "the header of its log is damaged";
  const frameBytes = FRAME_HEADER_BYTES + header.pageBytes;
  const frames = Math.floor((log.length - HEADER_BYTES) / frameBytes);
  const frameAt = (index: number): number => HEADER_BYTES + index * frameBytes;
  const isOfThisLog = (index: number): boolean =>
    view.getUint32(frameAt(index) + 8) === header.salt1 && view.getUint32(frameAt(index) + 12) === header.salt2;

  let sums = header.sums;
  let whole = 0;
  for (; whole < frames && isOfThisLog(whole); whole++) {
    const at = frameAt(whole);
    sums = addSums(
      view,
      at + FRAME_HEADER_BYTES,
      header.pageBytes,
      header.isLittle,
      addSums(view, at, 8, header.isLittle, sums),
    );
    if (sums[0] !== view.getUint32(at + 16) || sums[1] !== view.getUint32(at + 20)) break;
  }
  let isBehindCommit = false;
  for (let index = whole; index < frames; index++) {
    if (!isOfThisLog(index)) continue;
    if (isBehindCommit) return `frame ${whole + 1} of its log is damaged, with later ones behind it`;
    isBehindCommit = view.getUint32(frameAt(index) + 4) !== 0;
  }
  return undefined;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x37_7f_06_82;

type Sums = readonly [number, number];

interface LogHeader {
  readonly isLittle: boolean;
  readonly pageBytes: number;
  readonly salt1: number;
  readonly salt2: number;
  readonly sums: Sums;
}

function readHeader(view: DataView): LogHeader | undefined {
  const magic = view.getUint32(0);
  // The last bit says in which byte order the checksums were made.
  if (magic !== MAGIC && magic !== MAGIC + 1) return undefined;
  const isLittle = magic === MAGIC;
  const sums = addSums(view, 0, 24, isLittle, [0, 0]);
  if (sums[0] !== view.getUint32(24) || sums[1] !== view.getUint32(28)) return undefined;
  return { isLittle, pageBytes: view.getUint32(8), salt1: view.getUint32(16), salt2: view.getUint32(20), sums };
}

function addSums(view: DataView, from: number, bytes: number, isLittle: boolean, [first, second]: Sums): Sums {
  let [a, b] = [first, second];
  for (let at = from; at < from + bytes; at += 8) {
    a = (a + view.getUint32(at, isLittle) + b) >>> 0;
    b = (b + view.getUint32(at + 4, isLittle) + a) >>> 0;
  }
  return [a, b];
}
