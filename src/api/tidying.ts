export { tidyUp } from "../retention/index.js";
