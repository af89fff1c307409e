import { suite } from "@mutirao/vitest-config";

export default suite({ testTimeoutMs: 60_000 });
