import { connect } from "node:net";

/** Requests on their way at once. */
const DEPTH = 64;
const HEAD_END = "\r\n\r\n";

/** Asks for many paths on one connection, and gives the bodies of the answers, which must be 200 and ASCII. */
export async function pipelineGets(port: number, paths: readonly string[]): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const bodies: string[] = [];
  let [asked, text] = [0, ""];

  const ask = (): void => {
    const upTo = Math.min(paths.length, bodies.length + DEPTH);
    let requests = "";
    for (; asked < upTo; asked++) requests += `GET ${paths[asked]} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
    if (requests !== "") socket.write(requests);
  };
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    let from = 0;
    for (let answer = cutAnswer(text, from); answer !== undefined; answer = cutAnswer(text, from)) {
      bodies.push(answer.body);
      from = answer.end;
    }
    text = text.slice(from);
    if (bodies.length === paths.length) resolve(bodies);
    else ask();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`the connection ended after ${bodies.length} answers`)));
  ask();
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** One whole answer, if it is there. */
function cutAnswer(text: string, from: number): { readonly body: string; readonly end: number } | undefined {
  const headEnd = text.indexOf(HEAD_END, from);
  if (headEnd === -1) return undefined;
  const head = text.slice(from, headEnd);
  if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`an answer is not 200: ${text.slice(from, headEnd + 500)}`);
  const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1]);
  const begin = headEnd + HEAD_END.length;
  const end = begin + length;
  return end <= text.length ? { body: text.slice(begin, end), end } : undefined;
}
