// What every page starts. Pages can be read without any of it.

import { giveCommands } from "./commands.js";
import { keepLive } from "./live.js";
import { loadOnDemand } from "./loading.js";
import { keepTime } from "./moments.js";
import { offerThemes } from "./theme.js";

document.documentElement.dataset.scripts = "";
offerThemes();
keepTime();
loadOnDemand();
giveCommands();
keepLive();
