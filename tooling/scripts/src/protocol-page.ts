import { taskSpecs } from "@mutirao/protocol";

const FRAMING = `# The wire

TCP; UTF-8 JSON, one object per line, ended by \`\\n\` (\`\\r\\n\` is accepted, blank lines are skipped, a last line without its
end counts if the sender half-closes). Lines may come in any chunking. Keys and control words are upper case, ids are opaque
texts of 1 to 128 characters. We send ASCII only, at most 1,400 bytes per line.

- Unknown fields are ignored. A line whose control words we do not know is noted and ignored; the connection stays open.
- A line that is too long, not UTF-8, not an object, or nested deeper than 32 closes its connection; anything else that is wrong
  with a line costs that line, and ten such lines the connection. [errors.md](errors.md) has the codes.
- Every line is answered on the connection that carried it. We never end a connection before the idle limit (60 s), so a peer may
  keep it for its next beat or open one per beat, as it likes; towards peers we do what they do.

The rest of this page is made of the message specs in \`packages/protocol/src/tasks\`: \`pnpm fix\`. Each example is a test.
`;

export function protocolPage(): string {
  const sections = taskSpecs.map(({ kind, meaning, examples }) => {
    const rows = examples.map(({ line, message, onlyReceived }) => {
      const { kind: _, ...fields } = message;
      const direction = onlyReceived ? "understood" : "sent and understood";
      return `| \`${line}\` | ${direction} | ${Object.entries(fields)
        .map(([name, value]) => `${name} \`${value}\``)
        .join(", ")} |`;
    });
    return `## ${kind}\n\n${meaning}\n\n| line | | means |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `${FRAMING}\n${sections.join("\n")}`;
}
