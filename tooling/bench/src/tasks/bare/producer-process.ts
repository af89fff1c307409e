import { serveProducer } from "../serve-producer.ts";
import { openLineOutlet } from "./line-outlet.ts";

serveProducer(openLineOutlet);
