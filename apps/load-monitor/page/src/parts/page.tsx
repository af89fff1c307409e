import { eyes, hasFailed, state } from "../live/page.ts";
import { text } from "../live/words.ts";
import { AlarmsPanel } from "./alarms.tsx";
import { ConversationPanel } from "./conversation.tsx";
import { Header } from "./header.tsx";
import { MasterPanel } from "./master-panel.tsx";
import { MastersPanel } from "./masters.tsx";
import { NoticesPanel } from "./notices.tsx";
import { Empty } from "./panel.tsx";
import { SourcesPanel } from "./sources.tsx";
import { TopologyPanel } from "./topology.tsx";
import { ViewsPanel } from "./views.tsx";

/** The whole page. */
export function Page() {
  const { status } = state.value;
  return (
    <>
      <a class="skip" href="#content">
        {text.value.skipToContent}
      </a>
      <Header />
      <main id="content" tabIndex={-1} class={eyes.value === undefined ? "board" : "board has-eyes"}>
        {status === undefined ? <Waiting /> : <Board />}
      </main>
    </>
  );
}

function Board() {
  return (
    <>
      <TopologyPanel />
      <MastersPanel />
      <MasterPanel />
      <AlarmsPanel />
      <ConversationPanel />
      <NoticesPanel />
      <ViewsPanel />
      <SourcesPanel />
    </>
  );
}

/** Before the monitor has said anything. */
function Waiting() {
  const { connecting, cannotConnect } = text.value;
  return (
    <div class="waiting" role="status">
      <div class="pulse" aria-hidden="true" />
      <Empty title={hasFailed.value ? cannotConnect : connecting} />
    </div>
  );
}
