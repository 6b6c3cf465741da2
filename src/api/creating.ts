export { createCheckpoint, prepareNext } from "../checkpoint/index.js";
