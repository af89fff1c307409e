import { allowedHttp, type MonitorModel } from "@mutirao/monitor-model";
import type { MonitorDelta, MonitoredMaster } from "@mutirao/operator-api/monitor";
import { sameEndpoint } from "@mutirao/primitives";
import { now } from "../live-feed.ts";
import { type Follower, followMaster } from "./follow-master.ts";

/** Reads the event streams of those masters that say where theirs is, as far as we may call on it. */
export interface Followers {
  onDelta(delta: MonitorDelta): void;
  stop(): void;
}

/** Streams that are read at once. The notices of further masters come with their reports. */
const FOLLOWERS_MAX = 64;

export function createFollowers(model: MonitorModel): Followers {
  const followers = new Map<string, Follower>();

  const leave = (id: string): void => {
    const follower = followers.get(id);
    followers.delete(id);
    follower?.stop();
  };
  const look = ({ id, http, source, freshness, isOurs }: MonitoredMaster): void => {
    const at = isOurs && freshness !== "gone" ? allowedHttp(http, source) : undefined;
    const known = followers.get(id);
    if (known !== undefined && (at === undefined || !sameEndpoint(known.at, at))) leave(id);
    if (at === undefined || followers.has(id) || followers.size >= FOLLOWERS_MAX) return;
    const follower = followMaster({
      at,
      onNotice: (notice) => model.onNotice(id, notice, now()),
      onFollowing: (isFollowed) => model.onFollowing(id, isFollowed),
    });
    followers.set(id, follower);
  };
  return {
    onDelta({ masters, gone }) {
      for (const id of gone.masters) leave(id);
      for (const master of masters) look(master);
    },
    stop() {
      for (const id of [...followers.keys()]) leave(id);
    },
  };
}
