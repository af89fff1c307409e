import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/**
 * Who may do what, and what other teams' nodes need: each rule of lending, and the tests that hold it, so that none loses
 * its test unseen. Files are named from the folder of all packages; of a title as much is given as tells which it is.
 */
const NODE = "node-core/test";
const MASTER = "../apps/master/test";
const PROTOCOL = "protocol/test";

const authority: Rules = {
  "HEARTBEAT: anybody is answered; only a peer changes the registry, only a borrower renews leases": [
    [`${NODE}/conduct.test.ts`, "a stranger is told of once"],
    [`${NODE}/lending-authority.test.ts`, "in the borrower's name from another host it renews nothing"],
    [`${NODE}/lending-authority.test.ts`, "in a peer's name it does not make that peer live"],
  ],
  "WORKER_REQUEST: a live peer at its address, for itself, within bounds, at a bounded rate": [
    [`${NODE}/lending-authority.test.ts`, "a stranger gets nobody"],
    [`${NODE}/lending-authority.test.ts`, "another peer in the asker's name gets nobody"],
    [`${NODE}/lending-authority.test.ts`, "a peer that has fallen silent gets nobody"],
    [`${NODE}/lending-authority.test.ts`, "workers are sent to nobody's address but the asker's own"],
    [`${NODE}/lending-authority.test.ts`, "who asks again and again is told to wait"],
    [`${NODE}/lending-authority.test.ts`, "more than 64 at once is taken for 64"],
    [`${PROTOCOL}/lending-fields.test.ts`, "an address that is needed"],
  ],
  "AVAILABLE, UNAVAILABLE, RELEASE_ACK: where they were asked for, once": [
    [`${NODE}/lending-authority.test.ts`, "that nobody asked for changes nothing, and its connection ends"],
    [`${NODE}/lending-authority.test.ts`, "AVAILABLE said again by the peer that was asked"],
  ],
  "REDIRECT: from my master, if it is my home, to where a borrower can live": [
    [`${NODE}/worker-redirect.test.ts`, "none from a borrower: a borrowed worker is never lent on"],
    [`${NODE}/worker-redirect.test.ts`, "none to where no borrower lives"],
    [`${NODE}/worker-redirect.test.ts`, "what comes on a connection that the worker has left is nobody's order"],
    [`${NODE}/worker-lent-class.test.ts`, "a REDIRECT from the borrower is refused, and it goes on asking"],
    [`${NODE}/worker-lent-class.test.ts`, "a REDIRECT from the borrower is refused, and nothing is said to it"],
    [`${NODE}/redirect-target.test.ts`, "where a worker may be sent"],
  ],
  "RETURN: from my master, and home wherever it points": [
    [`${NODE}/worker-redirect.test.ts`, "comes home when it is told to, whatever the address"],
    [`${NODE}/worker-redirect.test.ts`, "RETURN at home is noted, and changes nothing"],
  ],
  "COMMAND_RELEASE: from the borrower or the owner of each worker that it lists": [
    [`${NODE}/lending-authority.test.ts`, "the answer lists nobody"],
    [`${NODE}/lending-authority.test.ts`, "each listed worker is judged by itself"],
    [`${NODE}/lending-authority.test.ts`, "an owner reclaims its own workers, and no others"],
  ],
  "RELEASE_COMPLETED: from the owner": [
    [`${NODE}/lending-authority.test.ts`, "RELEASE_COMPLETED is for the owner"],
    [`${NODE}/lending-races.test.ts`, "RELEASE_COMPLETED comes early, or of an earlier lease"],
  ],
  "STATUS: from the worker that has the task, by the connection rule": [
    [`${NODE}/lending-authority.test.ts`, "STATUS is for the worker that has the task"],
    [`${NODE}/master-class-workers.test.ts`, "the connection rule"],
    [`${NODE}/master-class-workers.test.ts`, "that we never gave anything is acknowledged and ignored"],
  ],
  "submit, cancel, borrow, lend, reclaim, drain: who reaches the HTTP listener, and knows its token if there is one": [
    [`${MASTER}/http/guard.test.ts`, "are refused without it, and nothing is done"],
    [`${MASTER}/http/guard.test.ts`, "what the guard says is said, and nothing is done"],
    ["http-server/test/guard.test.ts", "a page from elsewhere may change nothing"],
    ["http-server/test/order-token.test.ts", "must bear it"],
  ],
};

const foreign: Rules = {
  "one line per write, and one unanswered in flight": [
    [`${NODE}/worker-push.test.ts`, "each line in its own segment"],
    [`${NODE}/master-class-workers.test.ts`, "is given tasks as they come, one at a time, and nothing is acknowledged"],
    [`${NODE}/lending-foreign-rules.test.ts`, "one that is turned away is told RETURN and nothing else"],
    [`${NODE}/lending-foreign-rules.test.ts`, "one of ours is not sent to whoever asks before it has answered"],
    [`${NODE}/lending-foreign-rules.test.ts`, "a guest that is slow to answer is told RETURN when it has"],
  ],
  "a push worker's connection is never just closed": [
    [`${NODE}/lending-foreign-rules.test.ts`, "is told RETURN on it first, and again, and left to go by itself"],
    [`${NODE}/lending-foreign-rules.test.ts`, "one too many is told RETURN before it"],
    [`${NODE}/lending-foreign-rules.test.ts`, "one that was given up for its silence is told RETURN before it"],
  ],
  "no TASK but the class's": [[`${NODE}/lending-foreign-rules.test.ts`, "no TASK but the class's"]],
  "neither ACK nor NO_TASK to a push worker": [
    [`${NODE}/lending-foreign-rules.test.ts`, "a push worker's connection is never just closed"],
    [`${NODE}/worker-push.test.ts`, "ACK and NO_TASK are not for push workers"],
  ],
  "ASCII, and at most 1,400 bytes": [
    [`${PROTOCOL}/codec.test.ts`, "is ASCII in one line, whatever our id"],
    [`${PROTOCOL}/codec.test.ts`, "takes at most 1,400 bytes in the class's words"],
    [`${PROTOCOL}/listing-bytes.test.ts`, "to other teams' nodes"],
    [`${NODE}/lending-long-lists.test.ts`, "workers whose ids leave no room for all of them in one line"],
  ],
  "what Python emits": [
    [`${PROTOCOL}/codec.test.ts`, "what Python and other teams emit"],
    [`${PROTOCOL}/codec.test.ts`, "costs its line, not the peer"],
    [`${PROTOCOL}/class-fields.test.ts`, "of keys that come twice the last counts"],
    [`${PROTOCOL}/line-decoder.test.ts`, "blank ones are skipped"],
  ],
  "SERVER_UUID in ALIVE only while away": [
    [`${NODE}/worker-lent-class.test.ts`, "in the name of its owner; returned, it asks at home without"],
  ],
  "one peer has several names": [
    [`${NODE}/lending-foreign-rules.test.ts`, "an owner has several names"],
    [`${NODE}/lending-foreign-rules.test.ts`, "wherever it is, is ours"],
    [`${NODE}/lending-older-words.test.ts`, "a peer that does not say who it is when it answers a beat"],
  ],
  "RETURN carries the owner's address as the owner says it, three times at most": [
    [`${NODE}/lending-foreign-rules.test.ts`, "is told to return to that address, as its owner writes it"],
    [`${NODE}/lending-class-guests.test.ts`, "three times at most; then it is reported, once"],
  ],
  "one COMMAND_RELEASE outstanding for each owner": [
    [`${NODE}/lending-foreign-rules.test.ts`, "a second guest waits until the first notice is answered"],
    [`${NODE}/lending-long-lists.test.ts`, "are all called back, one line after the other"],
  ],
};

type Rules = Readonly<Record<string, readonly (readonly [file: string, title: string])[]>>;

const named = (rules: Rules) => Object.entries(rules).map(([rule, tests]) => ({ rule, tests }));

describe.each([
  { of: "who may do what", rules: named(authority) },
  { of: "other teams' nodes", rules: named(foreign) },
])("rules of lending: $of", ({ rules }) => {
  test.each(rules)("$rule", ({ tests }) => {
    const missing = tests.filter(
      ([file, title]) => !readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").includes(title),
    );
    expect(missing).toEqual([]);
  });
});
