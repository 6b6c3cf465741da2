import type { CallOptions } from "../checkpoint/index.js";
import { reportPage as makeReportPage, type ReportPage, type ReportPageOptions } from "../page/index.js";
import type { StoreAccess } from "./store-access.js";

export async function reportPage(access: StoreAccess, options: ReportPageOptions & CallOptions): Promise<ReportPage> {
  const place = { store: access.store, state: access.read(), config: access.config };
  return makeReportPage(place, access.now(), options);
}
