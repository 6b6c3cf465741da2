export { createCheckpoint } from "../checkpoint/index.js";
