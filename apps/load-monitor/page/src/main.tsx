import { render } from "preact";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/topology.css";
import "./styles/conversation.css";
import "./styles/charts.css";
import { beginPage } from "./live/page.ts";
import { applySettings } from "./live/settings.ts";
import { Page } from "./parts/page.tsx";

applySettings();
beginPage();
const root = document.getElementById("page");
if (root !== null) render(<Page />, root);
