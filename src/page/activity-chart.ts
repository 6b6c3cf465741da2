import { utcTime } from "../platform/index.js";
import { markup, type Html } from "./markup.js";
import type { PageMaterial } from "./material.js";

const BINS = 60;
const WIDTH = 600;
const HEIGHT = 100;
/** A tenth of each bin stays empty, so that bars stand apart. */
const BAR = (WIDTH / BINS) * 0.9;

/** From the bottom of a bar to its top. */
const KINDS = ["success", "failed", "other", "backup"] as const;
type Kind = (typeof KINDS)[number];

const NAMES: Readonly<Record<Kind, string>> = {
  success: "successful",
  failed: "failed",
  other: "without a result",
  backup: "backups before restores",
};

interface Bin {
  from: number;
  counts: Record<Kind, number>;
  restores: number;
}

/** When checkpoints were taken and restored, in bars of equal time; nothing where that is not known of two moments. */
export function activityChart({ checkpoints, restores }: Pick<PageMaterial, "checkpoints" | "restores">): Html | null {
  const moments = [...checkpoints.map(({ createdAt }) => createdAt), ...restores.map(({ at }) => at)]
    .map(Date.parse)
    .filter(Number.isFinite);
  const [from, to] = [least(moments), -least(moments.map((moment) => -moment))];
  if (moments.length < 2 || from === to) return null;
  const bins = fillBins({ checkpoints, restores }, from, to);
  const most = Math.max(...bins.map(({ counts }) => KINDS.reduce((sum, kind) => sum + counts[kind], 0)), 1);
  const present = KINDS.filter((kind) => bins.some(({ counts }) => counts[kind] > 0));
  const label = `Checkpoints over time, from ${utcTime(iso(from))} to ${utcTime(iso(to))} UTC; at most ${most} in one bar`;
  return markup`<figure class="chart">
    <figcaption>
      <ul class="legend" role="list">
        ${present.map((kind) => markup`<li><span class="key ${kind}"></span>${NAMES[kind]}</li>`)}
        ${restores.length > 0 ? markup`<li><span class="key restored"></span>restores</li>` : null}
      </ul>
    </figcaption>
    <p class="scale"><span>${most} ${most === 1 ? "checkpoint" : "checkpoints"}</span></p>
    <svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${HEIGHT + 12}" preserveAspectRatio="none" class="activity">
      ${bins.map((bin, at) => drawBin(bin, at, most))}
      <path class="axis" d="M0 ${HEIGHT}H${WIDTH}" />
    </svg>
    ${timeAxis(from, to)}
  </figure>`;
}

function fillBins({ checkpoints, restores }: Pick<PageMaterial, "checkpoints" | "restores">, from: number, to: number): Bin[] {
  const width = (to - from) / BINS;
  const bins = Array.from({ length: BINS }, (_, at): Bin => {
    return { from: from + at * width, counts: { success: 0, failed: 0, other: 0, backup: 0 }, restores: 0 };
  });
  const binOf = (moment: string): Bin | undefined => bins[Math.min(Math.floor((Date.parse(moment) - from) / width), BINS - 1)];
  for (const { createdAt, type, success } of checkpoints) {
    const bin = binOf(createdAt);
    const kind: Kind = type === "backup" ? "backup" : success === null ? "other" : success ? "success" : "failed";
    if (bin !== undefined) bin.counts[kind] += 1;
  }
  for (const { at } of restores) {
    const bin = binOf(at);
    if (bin !== undefined) bin.restores += 1;
  }
  return bins;
}

function drawBin({ from, counts, restores }: Bin, at: number, most: number): Html | null {
  const x = round((at * WIDTH) / BINS);
  let bottom = HEIGHT;
  const bars = KINDS.filter((kind) => counts[kind] > 0).map((kind) => {
    const height = (counts[kind] / most) * HEIGHT;
    bottom -= height;
    return markup`<rect class="${kind}" x="${x}" y="${round(bottom)}" width="${BAR}" height="${round(height)}" />`;
  });
  if (bars.length === 0 && restores === 0) return null;
  const words = KINDS.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${NAMES[kind]}`);
  if (restores > 0) words.push(`${restores} ${restores === 1 ? "restore" : "restores"}`);
  const mark = restores === 0 ? null : markup`<rect class="restored" x="${x}" y="${HEIGHT + 4}" width="${BAR}" height="8" />`;
  return markup`<g>
    <title>From ${utcTime(iso(from))}: ${words.join(", ")}</title>
    ${bars}${mark}
  </g>`;
}

/** The days where the time is long, the hours where it is short. */
function timeAxis(from: number, to: number): Html {
  const isLong = to - from > 3 * 86_400_000;
  const texts = [from, (from + to) / 2, to].map((moment) => utcTime(iso(moment)).slice(0, isLong ? 10 : 16));
  return markup`<p class="scale">${texts.map((text) => markup`<span>${text}</span>`)}</p>`;
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

/** The spread of a long list is more than a call takes. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Infinity);
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}
