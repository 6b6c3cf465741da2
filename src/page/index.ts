/**
 * Page: the report as one HTML page with the timeline, what each step changed, and the growth of the store.
 * Promises: the page asks no network for anything and runs no script; every text of a store is text in it; it stays bounded in size however
 * large the store is; a file is replaced whole, and only by a page that was one before.
 * Must never: write to the store, or hold up its readers and writers.
 */
export { reportPage, type ReportPage, type ReportPageOptions } from "./report-page.js";
