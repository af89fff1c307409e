/**
 * Writes to stdout. A reader that has left (`node-cli tasks | head`) ends the program, which has nobody to speak to; a
 * disk that is full is told once.
 */
export function out(text: string): void {
  listen();
  process.stdout.write(text);
}

/** One JSON value on one line. */
export const outJson = (value: unknown): void => out(`${JSON.stringify(value)}\n`);

/** What is said beside the answer goes to stderr, so that stdout can be handed on. */
export function aside(text: string): void {
  process.stderr.write(text);
}

/** How wide a line may be: the terminal's width, and without end where there is none. */
export const widthMax = (): number => (process.stdout.isTTY ? terminalSize().columns : Number.POSITIVE_INFINITY);

/** Some terminals do not know how large they are, and say 0. */
export const terminalSize = (): { readonly columns: number; readonly rows: number } => ({
  columns: process.stdout.columns || 80,
  rows: process.stdout.rows || 24,
});

let isListening = false;

function listen(): void {
  if (isListening) return;
  isListening = true;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") aside(`node-cli: cannot write to stdout: ${error.code ?? error.message}\n`);
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
}
