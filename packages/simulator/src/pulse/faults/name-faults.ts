import { name as named } from "../../calm.ts";
import type { NameRecord } from "../../network/name-service.ts";
import type { FaultName, PulseFault } from "./pulse-fault.ts";

function nameFault(name: FaultName, what: string, change: (record: NameRecord, by: 1 | -1) => void): PulseFault {
  return {
    what,
    begin({ world, prng }) {
      const names = [...world.nameRecords.keys()];
      const text = names[prng.integer(0, names.length - 1)];
      const record = text === undefined ? undefined : world.nameRecords.get(text);
      if (text === undefined || record === undefined) return undefined;
      const end = world.calm.disturb(named(text), name);
      change(record, 1);
      return () => {
        change(record, -1);
        end();
      };
    },
  };
}

export const nameFaults = {
  "name-hangs": nameFault("name-hangs", "the name service does not answer for a name", (record, by) => {
    record.hangs += by;
  }),
  "name-unknown": nameFault("name-unknown", "the name service denies a name", (record, by) => {
    record.denials += by;
  }),
} satisfies Partial<Record<FaultName, PulseFault>>;
