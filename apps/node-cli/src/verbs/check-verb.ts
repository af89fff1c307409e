import { type Alarm, type MonitorSnapshot, monitorSnapshotSchema } from "@mutirao/operator-api/monitor";
import { printable } from "@mutirao/protocol";
import { askJson, type Server } from "./api-client.ts";
import { out, outJson } from "./output.ts";
import { defineVerb } from "./verb.ts";
import { jsonOption, monitorOption } from "./verb-options.ts";

/** Says with its exit code whether anybody should look, for cron and CI. */
export const checkVerb = defineVerb({
  name: "check",
  operands: "",
  summary: "Asks a load monitor whether an alarm stands. One that does is told, and makes the exit code 1.",
  table: { monitor: monitorOption, json: jsonOption },
  examples: ["node-cli check --monitor 127.0.0.1:9191", "node-cli check --json | jq -r '.reasons[].text'"],
  async run({ monitor, json }) {
    const reply = await askJson(serverAt(monitor), "/api/snapshot", monitorSnapshotSchema);
    if ("failure" in reply) return reply.failure;
    const reasons = reasonsIn(reply.value);
    const { masters } = reply.value;
    if (json) outJson({ ok: reasons.length === 0, masters: masters.length, reasons });
    else
      for (const { kind, text, since } of reasons)
        out(`${kind}  ${printable(text, 512)}${since === null ? "" : `  since ${since}`}\n`);
    if (reasons.length > 0) {
      const message = `${reasons.length} ${reasons.length === 1 ? "alarm stands" : "alarms stand"}: see the monitor's page`;
      return { exitCode: 1, code: "ERR_ALARMS_STAND", message };
    }
    if (!json) out(`no alarm stands, of ${masters.length} ${masters.length === 1 ? "master" : "masters"}\n`);
    return undefined;
  },
});

const serverAt = (url: string): Server => ({
  ...{ url, name: "load monitor", flag: "--monitor" },
  ...{ unreachable: "ERR_MONITOR_UNREACHABLE", notUnderstood: "ERR_MONITOR_NOT_UNDERSTOOD" },
});

/** What is wrong, in the words of the monitor. */
interface Reason extends Pick<Alarm, "text"> {
  readonly kind: Alarm["kind"] | "CUT_OFF";
  readonly since: string | null;
}

function reasonsIn({ alarms, status }: MonitorSnapshot): readonly Reason[] {
  const standing = alarms.filter(({ clearedAt }) => clearedAt === null);
  const reasons: Reason[] = standing.map(({ kind, text, since }) => ({ kind, text, since }));
  if (!status.isCutOff) return reasons;
  // A monitor that hears nobody has no alarms, and that is no good news.
  return [...reasons, { kind: "CUT_OFF", text: "the monitor hears no master any more", since: status.lastReportAt }];
}
