import { state } from "../live/page.ts";
import { format, text } from "../live/words.ts";
import { Age } from "./age.tsx";
import { Empty, Panel } from "./panel.tsx";

const SHOWN_MAX = 50;

/** Who sends lines, and what was wrong with them. */
export function SourcesPanel() {
  const words = text.value;
  const { number } = format.value;
  const sources = [...state.value.sources.values()].sort((a, b) => b.violations - a.violations).slice(0, SHOWN_MAX);
  return (
    <Panel id="sources" title={words.sources}>
      {sources.length === 0 ? (
        <Empty title={words.noSources} />
      ) : (
        <div class="scroll" role="group" aria-label={words.sources} tabIndex={0}>
          <table class="sources">
            <thead>
              <tr>
                <th scope="col">{words.sourceHost}</th>
                <th scope="col" class="figure">
                  {words.sourceReports}
                </th>
                <th scope="col" class="figure">
                  {words.sourceViolations}
                </th>
                <th scope="col" class="figure">
                  {words.sourceDropped}
                </th>
                <th scope="col">{words.sourceLast}</th>
              </tr>
            </thead>
            <tbody>
              {sources.map(({ host, reports, violations, dropped, lastCode, lastDetail, lastViolationAt }) => (
                <tr key={host}>
                  <th scope="row">{host}</th>
                  <td class="figure">{number(reports)}</td>
                  <td class={violations > 0 ? "figure is-bad" : "figure"}>{number(violations)}</td>
                  <td class="figure">{number(dropped)}</td>
                  <td>
                    {lastCode === null ? null : (
                      <>
                        <code>{lastCode}</code> <span class="quiet">{lastDetail}</span>{" "}
                        {lastViolationAt === null ? null : <Age at={lastViolationAt} as="ago" />}
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
