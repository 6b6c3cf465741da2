export { restoreCheckpoint } from "../restore/index.js";
