/** A barer server still: it finds the ends of lines and sends the same answer to each, whatever it says. */
import { cachedAnswers } from "./cached-answers.ts";
import { serveLines } from "./serve-lines.ts";

serveLines(() => cachedAnswers.brief);
