import { describeApi } from "../open-api.ts";
import { monitorRoutes } from "./routes.ts";

/** The load monitor's API as an OpenAPI 3.1 document. */
export const monitorDocument = (): object =>
  describeApi(
    {
      title: "Mutirão load monitor",
      version: "1.0.0",
      description:
        "How the masters of a cluster and their farms are doing, now and over the last day. It can only be read. Ids and " +
        "texts come from whoever sent them, and mean nothing but themselves.",
    },
    monitorRoutes,
    ["MonitorDelta"],
  );
