export { runBehindCheckpoint, runStep } from "../workflow/index.js";
