/** What the monitor answers; `undefined` if it refuses, or cannot be reached. */
export async function getJson<Answer>(path: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? ((await response.json()) as Answer) : undefined;
  } catch {
    return undefined;
  }
}
