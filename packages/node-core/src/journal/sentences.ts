import { formatEndpoint } from "@mutirao/primitives";
import { printable, refusalCodes } from "@mutirao/protocol";
import { transitionReasons } from "@mutirao/registry";
import type {
  BorrowAnswered,
  BorrowAsked,
  BorrowWeighed,
  LendAsked,
  LoanChanged,
  ReclaimOrdered,
} from "../lending-notices.ts";
import type { LoadChanged } from "../master-notices.ts";
import type { JournalNotice } from "./journal-entry.ts";
import { counted, lasting, listed, midSentence, spokenMs } from "./words.ts";

/**
 * What happened, in one plain sentence with the figures and thresholds that it followed from. Foreign text in it is safe
 * to print.
 */
export function sentenceOf<K extends JournalNotice["kind"]>(
  notice: Extract<JournalNotice, { readonly kind: K }>,
): string {
  const tell: (notice: Extract<JournalNotice, { readonly kind: K }>) => string = sentences[notice.kind as K];
  return tell(notice);
}

type Sentences = {
  readonly [K in JournalNotice["kind"]]: (notice: Extract<JournalNotice, { readonly kind: K }>) => string;
};

const sentences: Sentences = {
  "load-changed": loadSentence,
  "peer-transitioned": ({ transition: { peer, endpoint, from, to, reason } }) =>
    `Peer ${printable(peer)} at ${formatEndpoint(endpoint)} went from ${from} to ${to}: ${midSentence(meaningOf(transitionReasons, reason))}.`,
  "borrow-weighed": weighedSentence,
  "borrow-asked": askedSentence,
  "borrow-answered": answeredSentence,
  "borrow-unanswered": ({ peer, asked }) =>
    `${peer} was asked for ${counted(asked, "worker")} and did not answer in time.`,
  "promise-broken": ({ worker, peer }) => `Worker ${printable(worker)}, promised by ${peer}, did not come in time.`,
  "lend-asked": lendSentence,
  "reclaim-ordered": reclaimSentence,
  "loan-changed": loanSentence,
  "guest-refused": ({ worker, owner, remote, why }) =>
    `Worker ${printable(worker)} from ${formatEndpoint(remote)} said that ${printable(owner)} had lent it, and was sent home: ${printable(why)}.`,
  "guest-unreturnable": ({ worker, peer, returns }) =>
    `Worker ${printable(worker)} of ${peer} was told ${returns} times to go home, and stayed.`,
  "order-refused": ({ word, remote, workers }) =>
    `${printable(word)} from ${formatEndpoint(remote)} about ${listed(workers.map((id) => printable(id)))} was refused: neither its workers nor its guests.`,
  "attempt-failed": ({ task, attempt, worker, code, message }) =>
    `Attempt ${attempt} at task ${printable(task)} by borrowed worker ${printable(worker)} brought no result: ${printable(message)} [${printable(code)}].`,
};

const meaningOf = (meanings: Readonly<Record<string, string>>, word: string): string =>
  meanings[word] ?? printable(word);

function loadSentence({ from, to, causes, backlog, workers, ...marks }: LoadChanged): string {
  const { backlogHigh, backlogLow, waitMs, waitHighMs, waitLowMs } = marks;
  const tasks = `${counted(backlog, "task")} waited`;
  const farm = `with ${counted(workers, "worker")}`;
  const wait = waitHighMs === undefined ? "" : `, for ${spokenMs(waitMs ?? null)},`;
  if (to === "STALLED") return `The load went from ${from} to STALLED: ${tasks} and no worker came.`;
  const isUp = to === "SATURATED";
  const waitMark = waitHighMs === undefined ? "" : ` or ${spokenMs((isUp ? waitHighMs : waitLowMs) ?? null)}`;
  const mark = isUp
    ? `the limit is ${backlogHigh} tasks${waitMark}`
    : `it is over below ${backlogLow} tasks${waitMark}`;
  const because = causes.length === 0 ? "" : ` because of ${listed(causes)}`;
  return `The load went from ${from} to ${to}${because}: ${tasks}${wait} ${farm} (${mark}).`;
}

function weighedSentence({ reason, workers, waitMs, triggerMs, backlog, serviceMs, slots }: BorrowWeighed): string {
  const wait = `${counted(backlog, "task")} of about ${spokenMs(serviceMs)} before ${counted(slots, "slot")} meant a wait ${lasting(waitMs)}`;
  const above = `${wait}, above the trigger of ${spokenMs(triggerMs)}`;
  switch (reason) {
    case "wait-above-trigger":
      return `It was worth asking for ${counted(workers, "worker")} more: ${above}.`;
    case "wait-below-trigger":
      return `No worker was worth asking for: ${wait}, not above the trigger of ${spokenMs(triggerMs)}.`;
    case "own-workers-away":
      return `Nobody was asked, although ${above}: own lent workers come back first.`;
    case "asked-already":
      return `Nobody more was asked, although ${above}: what was asked for already is enough.`;
    case "limit":
      return `Nobody was asked, although ${above}: as many are borrowed as may be (--borrow-max).`;
  }
}

function askedSentence({ peer, workers, waitMs, triggerMs, isObserved }: BorrowAsked): string {
  const why =
    waitMs === undefined || triggerMs === undefined
      ? "by an operator's order"
      : `since the wait ${lasting(waitMs)} was above the trigger of ${spokenMs(triggerMs)}`;
  const asked = isObserved ? "would have been asked" : "was asked";
  return `${peer} ${asked} for ${counted(workers, "worker")}, ${why}${isObserved ? "; lending is only observed" : ""}.`;
}

function answeredSentence({ peer, asked, workers, code }: BorrowAnswered): string {
  if (code === undefined) {
    return `${peer} promised ${listed(workers.map((id) => printable(id)))}, of ${counted(asked, "worker")} that it was asked for.`;
  }
  // What masters of other teams say is a word without a reason.
  const meaning = code === "UNAVAILABLE" ? "It gave no reason." : meaningOf(refusalCodes, code);
  return `${peer}, asked for ${counted(asked, "worker")}, promised nobody [${printable(code)}]${meaning === code ? "" : `: ${midSentence(meaning)}`}.`;
}

function lendSentence({ peer, remote, needed, code, ifOn, backlog, own }: LendAsked): string {
  const who = peer ?? `${formatEndpoint(remote)}, none of the peers,`;
  const need = backlog === undefined ? "" : ` for its ${counted(backlog, "waiting task")}`;
  const here =
    `here ${counted(own.backlog, "task")} waited, own workers at home were ${own.home}, of them idle ${own.idle}, and ` +
    `away ${own.lent} (at most ${own.lendMax}, keeping ${own.lendReserve})`;
  if (code === undefined) return `${who} asked for ${counted(needed, "worker")}${need} and could have some: ${here}.`;
  return `${who} asked for ${counted(needed, "worker")}${need} and got none at that moment [${printable(code)}], ${midSentence(meaningOf(refusalCodes, code))}${ifOnWords(ifOn)}: ${here}.`;
}

function ifOnWords(ifOn: string | undefined): string {
  if (ifOn === undefined) return "";
  if (ifOn === "some") return "; with --lending on it could have had some";
  return `; with --lending on it would have got none either [${printable(ifOn)}]`;
}

function reclaimSentence({ peer, workers, why, weighed }: ReclaimOrdered): string {
  const figures =
    weighed === undefined
      ? ""
      : ` (${counted(weighed.backlog, "task")} meant a wait ${lasting(weighed.waitMs)}, above the ${spokenMs(weighed.thresholdMs)} at which lent workers are due)`;
  return `From ${peer}, ${counted(workers, "lent worker")} ${workers === 1 ? "was" : "were"} called back: ${why}${figures}.`;
}

function loanSentence({ worker, peer, direction, to, reason }: LoanChanged): string {
  const id = `Worker ${printable(worker)}`;
  const because = printable(reason, 256);
  switch (to) {
    case "flushing":
      return `${id} was promised to ${peer}; before it may be told, the lease is written down.`;
    case "offered":
      return `${id} was told to go to ${peer}: ${because}.`;
    case "lent":
      return `${id} was with ${peer}: ${because}.`;
    case "returning":
      return direction === "out" ? `${id} was on its way home from ${peer}: ${because}.` : `${id} left: ${because}.`;
    case "lost":
      return `${id}, lent to ${peer}, counted as lost: ${because}.`;
    case "home":
      return `${id} was home from ${peer}: ${because}.`;
    case "held":
      return `${id} of ${peer} was here and given tasks: ${because}.`;
    case "releasing":
      return `${id} of ${peer} got nothing new any more and was to go home: ${because}.`;
    case "left":
      return `${id} of ${peer} was gone: ${because}.`;
  }
}
