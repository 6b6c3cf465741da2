export { exportArchive, importArchive } from "../archive/index.js";
