/** What people wrote about goals that are not reached: text by the id of the goal. */
export type Notes = ReadonlyMap<string, string>;

/** Reads `notes.md`: each `## <goal id>` begins the note on that goal; what stands before the first is not a note. */
export function parseNotes(markdown: string): Notes {
  const notes = new Map<string, string>();
  for (const section of markdown.split(/^## /m).slice(1)) {
    const [heading = "", ...lines] = section.split("\n");
    notes.set(heading.trim(), lines.join("\n").trim());
  }
  return notes;
}
