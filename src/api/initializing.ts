export { initDirectory } from "../setup/index.js";
