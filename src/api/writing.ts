export { withWriter } from "../restore/index.js";
