interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}

/**
 * The one thing that this package takes from outside the language: the decoder of the Encoding Standard, which every
 * runtime has. It is as pure as `JSON` (bytes in, text out), so naming its shape here lets nothing else in.
 */
const platform = globalThis as unknown as {
  readonly TextDecoder: new (label: "utf-8", options: { fatal: boolean; ignoreBOM: boolean }) => Utf8Decoder;
};

const strictDecoder = new platform.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes spell, or `undefined` if they are not valid UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many bytes the text takes in UTF-8. The text must not hold lone surrogates; decoded text never does. */
export function utf8ByteLength(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isHalfOfPair = unit >= 0xd800 && unit <= 0xdfff;
    if (unit < 0x80) bytes += 1;
    // A pair stands for a character of four bytes, so each half counts two.
    else if (unit < 0x800 || isHalfOfPair) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
