import { suite } from "@mutirao/vitest-config";

export default suite({ testTimeoutMs: 180_000 });
