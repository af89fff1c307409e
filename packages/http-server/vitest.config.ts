import { suite } from "@mutirao/vitest-config";

export default suite();
