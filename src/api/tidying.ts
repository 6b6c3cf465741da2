export { mostCheckpoints, tidyUp } from "../retention/index.js";
