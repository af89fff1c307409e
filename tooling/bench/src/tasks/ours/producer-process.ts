import { serveProducer } from "../serve-producer.ts";
import { openHttpOutlet } from "./http-outlet.ts";

serveProducer(openHttpOutlet);
