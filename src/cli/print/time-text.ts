export { durationText, utcTime } from "../../index.js";
