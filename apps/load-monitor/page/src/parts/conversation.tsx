import type { Exchange } from "@mutirao/operator-api/monitor";
import { computed, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { conversationAbout, exchanges, steadyIds } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { conversationOf, lineParts, type Message, readableLine, workerIn } from "../model/conversation.ts";
import { Age } from "./age.tsx";
import { Choice, Empty, Panel } from "./panel.tsx";

const STEP = 30;
const AT_END_PX = 40;
const shownMax = signal(STEP);
/** What is shown while somebody reads in it: what is new does not push it away. `undefined`: the latest. */
const held = signal<readonly Exchange[] | undefined>(undefined);
const conversation = computed(() =>
  conversationOf(held.value ?? exchanges.value, conversationAbout.value, shownMax.value),
);
const newer = computed(() => {
  const last = held.value?.at(-1)?.n;
  if (last === undefined) return 0;
  const since = exchanges.value.filter(({ n }) => n > last);
  return conversationOf(since, conversationAbout.value, since.length).messages.length;
});
const everyone = steadyIds(() => [...new Set(exchanges.value.flatMap(({ from, to }) => [from, to]))].sort());
/** The message that is open. */
const opened = signal<number | undefined>(undefined);

const hold = (): void => {
  held.value ??= exchanges.peek();
};

const goOn = (): void => {
  opened.value = undefined;
  held.value = undefined;
};

/** Who said what to whom: one column for each, time going down. */
export function ConversationPanel() {
  const words = text.value;
  const choices = [["", words.allEyes] as const, ...everyone.value.map((id) => [id, id] as const)];
  const aside =
    everyone.value.length === 0 ? null : (
      <Choice
        isLabelShown
        label={words.conversationAbout}
        value={conversationAbout.value ?? ""}
        choices={choices}
        onChoose={(id) => {
          conversationAbout.value = id === "" ? undefined : id;
        }}
      />
    );
  return (
    <Panel id="conversation" title={words.conversation} aside={aside}>
      {conversation.value.messages.length === 0 ? (
        <Empty title={words.noMessages} hint={words.noMessagesHint} />
      ) : (
        <Diagram />
      )}
    </Panel>
  );
}

function Diagram() {
  const words = text.value;
  const { sides, hasWorkers, messages, older } = conversation.value;
  const columnCount = sides.length + (hasWorkers ? 1 : 0);
  const columns = { "--sides": `${columnCount}` };
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const latest = messages.at(-1)?.n;
  // Whoever reads what was before is left there; else the latest is shown as it comes.
  useLayoutEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [latest]);
  return (
    <>
      {older === 0 ? null : (
        <button
          type="button"
          class="more"
          onClick={() => {
            shownMax.value += STEP;
          }}
        >
          {words.olderMessages(older)}
        </button>
      )}
      <div
        class="scroll sequence"
        role="group"
        aria-label={words.conversation}
        tabIndex={0}
        style={columns}
        ref={box}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
          if (!isAtEnd.current) hold();
          else if (opened.peek() === undefined) held.value = undefined;
        }}
      >
        <div class="sides" aria-hidden="true">
          {sides.map((id) => (
            <div key={id} class="side" title={id}>
              <span>{id}</span>
            </div>
          ))}
          {hasWorkers ? (
            <div class="side of-workers">
              <span>{words.workers}</span>
            </div>
          ) : null}
        </div>
        <ol class="messages">
          {messages.map((message) => (
            <Item key={message.n} message={message} sides={columnCount} />
          ))}
        </ol>
      </div>
      {newer.value === 0 ? null : (
        <button
          type="button"
          class="more"
          onClick={() => {
            goOn();
            isAtEnd.current = true;
          }}
        >
          {words.newerMessages(newer.value)}
        </button>
      )}
    </>
  );
}

function Item({ message, sides }: { readonly message: Message; readonly sides: number }) {
  const { exchange, from, to, sense, n } = message;
  const words = text.value;
  const isOpen = opened.value === n;
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const { count, workers, why } = exchange;
  const worker = workerIn(exchange);
  const known = count ?? (workers.length > 0 ? workers.length : null);
  // A message to a worker is about that one.
  const amount = worker === undefined ? known : null;
  const parts = [
    words.messageLabel(exchange.from, exchange.to, exchange.word),
    amount === null ? "" : words.workersCount(amount),
    why ?? "",
  ];
  return (
    <li class={`message sense-${sense}`}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          opened.value = isOpen ? undefined : n;
          hold();
        }}
      >
        <span class="message-time">
          {format.value.exactTime(exchange.at)} <Age at={exchange.at} />
        </span>
        <span class="unseen in-words">{parts.filter((part) => part !== "").join(", ")}</span>
        <span class="lines" aria-hidden="true">
          {Array.from({ length: sides }, (_, side) => (
            <span key={side} class="line" style={{ gridColumn: `${side + 1}` }} />
          ))}
          <span
            class={from < to ? "arrow to-right" : from > to ? "arrow to-left" : "arrow to-self"}
            style={{ "--from": `${left}`, "--span": `${right - left}` }}
          >
            <span class="label">
              <b>{breakable(exchange.word)}</b>
              {worker === undefined ? null : <span> · {worker}</span>}
              {amount === null ? null : <span> · {words.workersCount(amount)}</span>}
              {why === null ? null : <em> {why}</em>}
            </span>
          </span>
        </span>
      </button>
      {isOpen ? <Exactly message={message} /> : null}
    </li>
  );
}

/** A long word of the wire may be broken where its own words end. */
const breakable = (word: string) => word.split(/(?<=_)/).map((part, n) => (n === 0 ? part : [<wbr key={n} />, part]));

/** All that is known of a message, its exact text above all. */
function Exactly({ message: { exchange, toldBy } }: { readonly message: Message }) {
  const words = text.value;
  const { line, bytes, isCut, why, workers, at, from, to, word } = exchange;
  return (
    <div class="exactly">
      <p>
        <b>{from}</b> → <b>{to}</b> · {word} · {at} · {words.toldBy(toldBy.join(", "))}
      </p>
      {why === null ? null : (
        <p>
          {words.why}: {why}
        </p>
      )}
      {workers.length === 0 ? null : (
        <p>
          {words.workers}: {workers.join(", ")}
        </p>
      )}
      {line === null ? (
        <p class="quiet">{words.notTold}</p>
      ) : (
        <>
          <h3>
            {words.exactly}{" "}
            {bytes === null ? null : <span class="quiet">{words.lineBytes(format.value.number(bytes))}</span>}
          </h3>
          <pre class="wire" tabIndex={0} dir="ltr">
            <ExactLine line={line} />
          </pre>
          {isCut ? (
            <p class="cut">{words.lineCut(format.value.number(line.length))}</p>
          ) : (
            <>
              <h3>{words.readable}</h3>
              <pre tabIndex={0} dir="ltr">
                <ExactLine line={readableLine(line)} isLaidOut />
              </pre>
            </>
          )}
        </>
      )}
    </div>
  );
}

/** Foreign text as text: nothing in it is markup, and what is hidden in it is named. */
function ExactLine({ line, isLaidOut = false }: { readonly line: string; readonly isLaidOut?: boolean }) {
  const rows = isLaidOut ? line.split("\n") : [line];
  return (
    <>
      {rows.map((row, n) => (
        <>
          {n === 0 ? null : "\n"}
          {lineParts(row).map(({ text: part, isHidden }) => (isHidden ? <i class="hidden-character">{part}</i> : part))}
        </>
      ))}
    </>
  );
}
