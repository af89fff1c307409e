import { suite } from "@mutirao/vitest-config";

// These tests wait for the disk, which a busy machine shares with everybody.
export default suite({ testTimeoutMs: 120_000 });
