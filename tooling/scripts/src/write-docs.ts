import { writeFileSync } from "node:fs";
import { generatedPages, rootUrl } from "./pages.ts";

for (const [path, text] of generatedPages) writeFileSync(new URL(path, rootUrl), text);
