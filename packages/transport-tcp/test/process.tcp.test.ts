import { assert, type Endpoint, formatEndpoint, parseEndpoint } from "@mutirao/primitives";
import { bytesOf, type RawPeer } from "@mutirao/transport/conformance";
import { afterEach, describe, expect, it } from "vitest";
import { startChild, type TalkingChild } from "./child-process.ts";
import { connectRaw, listenRaw, rawPeerOver } from "./raw-sockets.ts";
import { createWatch, type Watch } from "./tcp-harness.ts";

let child: TalkingChild | undefined;
afterEach(() => child?.kill());

async function listeningEndpoint(talking: TalkingChild, watch: Watch): Promise<Endpoint> {
  const said = (): string | undefined => talking.lines.find((line) => line.startsWith("listening "));
  await watch.until(`the child listens: ${talking.errors()}`, () => said() !== undefined);
  const endpoint = parseEndpoint(said()?.slice("listening ".length) ?? "");
  assert(!("problem" in endpoint), "the child says where it listens");
  return endpoint;
}

describe("a process with a transport", () => {
  it("exits by itself once the transport is stopped, whatever was under way", async () => {
    const watch = createWatch();
    const talking = startChild("exits.ts", watch.moved);
    child = talking;
    await watch.until("the child exits", () => talking.exitCode() !== undefined);
    expect(talking.errors()).toBe("");
    expect(talking.exitCode()).toBe(0);
    expect(talking.lines.at(-1)).toBe("stopped");
    const closed = talking.lines.filter((line) => line.startsWith("closed "));
    expect(closed.sort()).toEqual([
      "closed 0 CONN_CLOSED",
      "closed 1 CONN_CLOSED",
      "closed 2 CONN_CLOSED",
      "closed 3 CONN_CLOSED",
      "closed 5 CONN_CLOSED",
    ]);
  });

  it.skipIf(process.platform === "win32")(
    "survives without a file descriptor left, and goes on when there are some (needs ulimit)",
    async () => {
      const watch = createWatch();
      const talking = startChild("out-of-files.ts", watch.moved, { openFilesMax: 128 });
      child = talking;
      const says = (what: string): Promise<void> =>
        watch.until(`the child says ${what}`, () => talking.lines.some((line) => line.startsWith(what)));
      const endpoint = await listeningEndpoint(talking, watch);
      const listener = await listenRaw("127.0.0.1", watch.moved);
      const sockets = [await connectRaw(endpoint, undefined)];
      const before = rawPeerOver(sockets[0] ?? expect.fail(), watch.moved);
      try {
        before.write(bytesOf("before\n"));
        await watch.until("the first peer is answered", () => before.received() === "before\n");

        // Of 128 files 64 are kept for everything else, and of the rest a quarter for dials.
        const crowd: RawPeer[] = [];
        for (let count = 0; count < 80; count++) {
          const socket = await connectRaw(endpoint, undefined);
          sockets.push(socket);
          crowd.push(rawPeerOver(socket, watch.moved));
        }
        const turnedAway = (): RawPeer[] => crowd.filter((peer) => peer.hasEnded || peer.isClosed);
        await watch.until("the crowd is let in as far as there is room", () => turnedAway().length === 80 - 47);
        expect(talking.lines.filter((line) => line.startsWith("opened "))).toHaveLength(48);
        for (const peer of crowd) peer.reset();
        const left = (): number => talking.lines.filter((line) => line.startsWith("closed ")).length;
        await watch.until("the crowd has left", () => left() === 47);

        talking.tell("exhaust");
        await says("exhausted EMFILE");
        talking.tell(`dial ${formatEndpoint(listener.endpoint)}`);
        await says("closed 1 ERR_DIAL_LOCAL EMFILE");
        for (let count = 0; count < 5; count++) {
          const socket = await connectRaw(endpoint, undefined);
          sockets.push(socket);
          const refused = rawPeerOver(socket, watch.moved);
          await watch.until("a peer without a descriptor is turned away", () => refused.hasEnded || refused.isClosed);
        }
        before.write(bytesOf("during\n"));
        await watch.until("the first peer is answered", () => before.received() === "before\nduring\n");

        talking.tell("release");
        await says("released");
        talking.tell(`dial ${formatEndpoint(listener.endpoint)}`);
        await says("opened 3");
        const socket = await connectRaw(endpoint, undefined);
        sockets.push(socket);
        const after = rawPeerOver(socket, watch.moved);
        after.write(bytesOf("after\n"));
        await watch.until("a new peer is answered", () => after.received() === "after\n");
        expect(talking.exitCode()).toBeUndefined();
        expect(talking.errors()).toBe("");
      } finally {
        for (const socket of [...sockets, ...listener.sockets]) socket.destroy();
        await new Promise((resolve) => listener.server.close(resolve));
      }
    },
  );
});
