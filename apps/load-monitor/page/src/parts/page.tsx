import { hasFailed, hasStatus } from "../live/page.ts";
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
  return (
    <>
      <a class="skip" href="#content">
        {text.value.skipToContent}
      </a>
      <Header />
      <main id="content" tabIndex={-1} class="board">
        {hasStatus.value ? <Board /> : <Waiting />}
      </main>
    </>
  );
}

function Board() {
  return (
    <>
      <AlarmsPanel />
      <div class="columns">
        <div class="columns-pair">
          <div class="column">
            <TopologyPanel />
            <MastersPanel />
          </div>
          <div class="column">
            <ConversationPanel />
            <ViewsPanel />
          </div>
        </div>
        <div class="columns-pair columns-pair-one">
          <div class="column">
            <MasterPanel />
          </div>
          <div class="column">
            <NoticesPanel />
            <SourcesPanel />
          </div>
        </div>
      </div>
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
