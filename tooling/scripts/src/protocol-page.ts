import {
  CLASS_LINE_MAX_BYTES,
  PAYLOAD_DEPTH_MAX,
  PAYLOAD_MAX_BYTES,
  PEER_LEASES_MAX,
  SESSION_LINE_MAX_BYTES,
  type TaskSpec,
  taskSpecs,
} from "@mutirao/protocol";

const kib = (bytes: number): string => `${bytes / 1_024} KiB`;

const FRAMING = `# The wire

TCP; UTF-8 JSON, one object per line, ended by \`\\n\` (\`\\r\\n\` is accepted, blank lines are skipped, a last line without its
end counts if the sender half-closes). Lines may come in any chunking. Keys and control words are upper case, ids are opaque
texts of 1 to 128 characters. We send ASCII only, at most ${CLASS_LINE_MAX_BYTES} bytes per line to other teams' nodes; lines between nodes of ours,
and reports to a supervisor, have at most ${kib(SESSION_LINE_MAX_BYTES)}.

- A line goes by one control word: its \`TASK\`, else its \`WORKER\`, else its \`STATUS\`, else its \`task\`, else its \`RESPONSE\`.
  Unknown fields are ignored. A line whose control words we do not know is noted and ignored; the connection stays open.
- A line that is too long, not UTF-8, not an object, or nested deeper than 32 closes its connection, and so does a worker that does
  not say who it is; anything else that is wrong with a line costs that line, and ten such lines the connection.
  [errors.md](errors.md) has the codes.
- Every line that wants an answer is answered on the connection that carried it. We never end a peer's connection before the idle
  limit (60 s), so it may keep it for its next beat or open one per beat, as it likes; towards peers we do what they do. A worker
  that opens a connection per line has it ended after the answer.

## Between nodes of ours

What our nodes can do beyond the class travels in one key, \`EXT\`: an object whose \`v\` is 1. Any other value of \`EXT\` counts as
absent, and the class's words around it are all that was said. It is sent only to those who have sent it themselves. Somebody has
to begin: a worker of ours with an ALIVE that every master understands, and a master of ours with \`"EXT":{"v":1}\`, and no more than
that, in the beats that carry its SERVER_UUID.

    worker                                                 master
      | worker-alive: process, slots, types, held attempts   |
      |----------------------------------------------------->|
      |                                       worker-welcome |
      |<-----------------------------------------------------|
      | result-batch: what was not acknowledged; resynced    |
      |----------------------------------------------------->|
      |                task-batch (tasks, cancel) again and  |
      |                again; result-acks for each result    |
      |<-----------------------------------------------------|
      | result-batch (results, progress) again and again;    |
      | worker-heartbeat once per interval                   |
      |----------------------------------------------------->|

An attempt is a task's id and a number that grows with each try; in lists it is \`["<task>",n]\`. Payloads and results are any JSON of
at most ${kib(PAYLOAD_MAX_BYTES)} in ASCII, ${PAYLOAD_DEPTH_MAX} levels, 256 keys in an object and 1,024 items in an array. A list that is empty may be left
out. An \`EXT\` that is malformed costs its line.

## Lending

B has more work than workers and asks O, who lends one of its own. The worker's own ALIVE is the only proof of where it is; all
else is a forecast, and every line is complete without its \`EXT\`.

    B -> O   worker-request: where workers are to connect, how many
    O -> B   offer, or worker-refusal (a grant that lists nobody is one, too)
    O -> W   redirect
    W -> B   worker-alive, naming its owner; work as with any worker
    B -> O   command-release                     O -> B   command-release, between nodes of ours: the owner wants it back
    O -> B   release-ack                         B -> O   release-ack
    B -> W   return: the worker goes to the home that it remembers, whatever address stands there
    W -> O   worker-alive, naming nobody
    O -> B   release-completed, on a new connection

Between nodes of ours a lease has an epoch, which grows with each lease of a worker and fences what is old; in lists it is
\`["<worker>",epoch]\`. Beats between masters that have shown each other \`EXT\` (\`{"v":1}\` is enough) renew leases: the request
names the guests, at most ${PEER_LEASES_MAX}, and the reply those that are wanted back. A beat that has such lists may be as long as any line
between nodes of ours. Lists of workers are cut where the line is full, and to other teams' nodes after eight in any case. The rest is
said on another line, but for that of an offer: those workers go all the same, and their ALIVE tells the borrower.

# The messages

This part of the page is made of the message specs in \`packages/protocol/src/tasks\`: \`pnpm fix\`. Each example is a test.
`;

export function protocolPage(): string {
  return `${FRAMING}\n${taskSpecs.map(section).join("\n")}`;
}

function section({ kind, meaning, examples }: TaskSpec): string {
  const rows = examples.map(({ line, message, onlyReceived }) => {
    const { kind: _, ...fields } = message;
    const direction = onlyReceived ? "understood" : "sent and understood";
    return `| \`${line}\` | ${direction} | ${Object.entries(fields).map(field).join(", ")} |`;
  });
  return `## ${kind}\n\n${meaning}\n\n| line | | means |\n|---|---|---|\n${rows.join("\n")}\n`;
}

const field = ([name, value]: readonly [string, unknown]): string =>
  `${name} \`${typeof value === "string" ? value : JSON.stringify(value)}\``;
