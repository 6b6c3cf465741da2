import type { CallOptions } from "../checkpoint/index.js";
import type { DiffPlace } from "../diff/index.js";
import type { Period } from "../session/index.js";
import { gatherMaterial } from "./gather-material.js";
import { renderPage } from "./render-page.js";
import { writePage } from "./write-page.js";

export interface ReportPageOptions {
  /** `week` by default. */
  period?: Period;
  /** A file that the page is written to, whole or not at all; only an earlier page is replaced. */
  output?: string;
}

export interface ReportPage {
  html: string;
  /** How many bytes that is. */
  bytes: number;
  /** How many checkpoints it is about; the oldest of very many stand in its sums and curves, not in its timeline. */
  checkpoints: number;
  warnings: string[];
}

/**
 * Makes the page of a store as it is, and writes it where a file is named.
 * @throws OutputUnusableError
 */
export async function reportPage(place: DiffPlace, now: Date, options: ReportPageOptions & CallOptions): Promise<ReportPage> {
  const material = await gatherMaterial(place, { period: options.period ?? "week", now, options });
  const page = renderPage(material);
  if (options.output !== undefined) writePage(place.store, options.output, page);
  return {
    html: page,
    bytes: Buffer.byteLength(page),
    checkpoints: material.checkpoints.length,
    warnings: [...material.warnings],
  };
}
