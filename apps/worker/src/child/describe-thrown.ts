/** What was thrown, in words. Anything can be thrown, also what cannot be shown. */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
    return typeof thrown === "object" && thrown !== null && "message" in thrown
      ? String(thrown.message)
      : String(thrown);
  } catch {
    return "something that cannot be shown";
  }
}

/** Where it was thrown, if it says so. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? thrown.stack : undefined;
  } catch {
    return undefined;
  }
}

export const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, " ");
