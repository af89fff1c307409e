import type { RouteHandlers as Handlers } from "@mutirao/http-server";
import type { ApiOperation } from "@mutirao/operator-api";

/** One for each route of the master. */
export type RouteHandlers = Handlers<ApiOperation>;
