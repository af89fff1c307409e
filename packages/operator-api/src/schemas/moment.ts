import { z } from "zod";

/** A time of day as texts of the API say it: ISO 8601, UTC, with milliseconds. */
export const moment = z.iso.datetime({ precision: 3 });
