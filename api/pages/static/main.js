// Entry: every page loads this; each part looks for its own marks and does nothing where there are none.
import { startAudit } from "./audit.js";
import { startCharts } from "./charts.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { startPanel } from "./panel.js";

document.documentElement.classList.add("js");
startAudit();
startFilters();
startKeys();
startPanel();
startCharts();
