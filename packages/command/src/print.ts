/**
 * Prints what was asked for, such as the help. Gives the exit code: 0, also if its reader has left before the end
 * (`--help | head`), and 1 if it could not be written.
 */
export async function print(command: string, text: string): Promise<number> {
  const { promise: failure, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null | undefined>();
  // The callback is told as well.
  process.stdout.on("error", () => {});
  process.stdout.write(text, resolve);
  const error = await failure;
  if (!error || error.code === "EPIPE") return 0;
  process.stderr.write(`${command}: cannot write to stdout: ${error.code ?? error.message}\n`);
  return 1;
}
