import { suite } from "@mutirao/vitest-config";

export default suite({ testTimeoutMs: 120_000 });
