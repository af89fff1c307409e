const INTRODUCTION = `# Benchmarks

Written by \`npx -y pnpm@12 bench <suite>\`; do not edit. What people have to say about a missed goal stands in
tooling/bench/notes.md and is included here.
`;

/**
 * The page with one suite's section put in or replaced, and the sections of the others left as they were measured.
 *
 * @param page the page as it is, or an empty text if there is none yet.
 */
export function withSuiteSection(page: string, suiteName: string, section: string): string {
  const [opening, closing] = [`<!-- begin ${suiteName} -->`, `<!-- end ${suiteName} -->`];
  const whole = `${opening}\n${section}\n${closing}\n`;
  const start = page.indexOf(opening);
  const end = page.indexOf(closing, start);
  if (start === -1 || end === -1) return `${page === "" ? INTRODUCTION : page}\n${whole}`;
  return `${page.slice(0, start)}${whole}${page.slice(end + closing.length + 1)}`;
}
