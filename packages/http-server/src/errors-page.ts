/** The page that the `type` of every problem points into. @param meanings of every code that can be met. */
export const errorsPage = (meanings: Readonly<Record<string, string>>): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>What the codes mean</title>
<h1>What the codes mean</h1>
<dl>
${Object.entries(meanings)
  .map(([code, meaning]) => `<dt id="${code.toLowerCase()}">${code}</dt>\n<dd>${inHtml(meaning)}</dd>`)
  .join("\n")}
</dl>
</html>
`;

function inHtml(text: string): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return escaped.replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}
