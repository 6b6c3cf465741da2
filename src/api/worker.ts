/** What the threads of a pool run: the parts of long work that take each file for itself. */
import { readLiveFiles } from "../checkpoint/index.js";
import { hashStoredFiles } from "../health/index.js";
import { serveTasks } from "../platform/index.js";
import { stageFiles } from "../restore/index.js";

serveTasks({ capture: readLiveFiles, stage: stageFiles, hash: hashStoredFiles });
