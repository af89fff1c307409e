import { apiRoutes } from "./api-routes.ts";
import { describeApi } from "./open-api.ts";

/** The master's API as an OpenAPI 3.1 document. */
export const openApiDocument = (): object =>
  describeApi(
    {
      title: "Mutirão master",
      version: "1.0.0",
      description:
        "Tasks in, results out, and how the master and its farm are doing. Every refusal is a problem document " +
        "(RFC 9457) with a `code` that does not change.",
    },
    apiRoutes,
  );
