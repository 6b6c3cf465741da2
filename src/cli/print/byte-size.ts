export { byteSize } from "../../index.js";
