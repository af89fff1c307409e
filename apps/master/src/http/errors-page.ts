import { problemMeanings } from "./problem.ts";

/** The page that the `type` of every problem points into. */
export const errorsPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>What the codes mean</title>
<h1>What the codes mean</h1>
<dl>
${Object.entries(problemMeanings)
  .map(([code, meaning]) => `<dt id="${code.toLowerCase()}">${code}</dt>\n<dd>${inHtml(meaning)}</dd>`)
  .join("\n")}
</dl>
</html>
`;

function inHtml(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return escaped.replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}
