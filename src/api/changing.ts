export { annotate, deleteCheckpoints, setPinned, setTags } from "../checkpoint/index.js";
export { repairStore } from "../health/index.js";
