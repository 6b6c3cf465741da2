import { byteSize, utcTime } from "../platform/index.js";
import { markup, type Html } from "./markup.js";
import type { GrowthPoint, PageMaterial } from "./material.js";

const WIDTH = 600;
const HEIGHT = 120;

/** How the directory and its store grew from checkpoint to checkpoint, and what each one alone holds. */
export function growthCharts({ growth }: Pick<PageMaterial, "growth">): Html | null {
  const [first, last] = [growth[0], growth.at(-1)];
  if (first === undefined || last === undefined) return null;
  const most = Math.max(...growth.map(({ logicalBytes, occupiedBytes }) => Math.max(logicalBytes, occupiedBytes)), 1);
  const mostUnique = Math.max(...growth.map(({ uniqueBytes }) => uniqueBytes), 1);
  const ends = markup`<p class="scale"><span>${utcTime(first.first.createdAt)}</span><span>${utcTime(last.last.createdAt)}</span></p>`;
  const each = growth.some(({ checkpoints }) => checkpoints > 1) ? "each point stands for several checkpoints" : "one by one";
  return markup`<figure class="chart">
      <figcaption>
        <ul class="legend" role="list">
          <li><span class="key logical"></span>the files of the directory: ${byteSize(last.logicalBytes)}</li>
          <li><span class="key occupied"></span>all checkpoints on disk: ${byteSize(last.occupiedBytes)}</li>
        </ul>
      </figcaption>
      <p class="scale"><span>${byteSize(most)}</span></p>
      <svg
        role="img"
        aria-label="Size of the directory, from ${byteSize(first.logicalBytes)} to ${byteSize(last.logicalBytes)}, and of all checkpoints on disk, from ${byteSize(first.occupiedBytes)} to ${byteSize(last.occupiedBytes)}"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        class="growth"
      >
        ${drawCurve("occupied", growth, (point) => point.occupiedBytes / most)} ${drawCurve("logical", growth, (point) => point.logicalBytes / most)}
        <path class="axis" d="M0 ${HEIGHT}H${WIDTH}" />
      </svg>
      ${ends}
    </figure>
    <figure class="chart">
      <figcaption>
        <ul class="legend" role="list">
          <li><span class="key unique"></span>what only that checkpoint holds on disk, and its deletion would free</li>
        </ul>
      </figcaption>
      <p class="scale"><span>${byteSize(mostUnique)}</span></p>
      <svg
        role="img"
        aria-label="Bytes unique to each checkpoint; at most ${byteSize(mostUnique)}"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        class="unique"
      >
        ${growth.map((point, at) => drawBar(point, { at, count: growth.length, most: mostUnique }))}
        <path class="axis" d="M0 ${HEIGHT}H${WIDTH}" />
      </svg>
      ${ends}
      <p class="hint">From left to right the checkpoints that are still there, ${each}, whatever time lies between them.</p>
    </figure>`;
}

/** A line of steps with the area below it: a size holds until the next checkpoint. */
function drawCurve(name: string, growth: readonly GrowthPoint[], share: (point: GrowthPoint) => number): Html {
  const step = WIDTH / growth.length;
  const line = growth.map((point, at) => {
    const y = round(HEIGHT - share(point) * (HEIGHT - 2));
    return `${at === 0 ? "M0 " : "V"}${y}H${round((at + 1) * step)}`;
  });
  return markup`<path class="area ${name}" d="${line.join("")}V${HEIGHT}H0Z" /><path class="line ${name}" d="${line.join("")}" />`;
}

function drawBar(point: GrowthPoint, { at, count, most }: { at: number; count: number; most: number }): Html {
  const step = WIDTH / count;
  const height = point.uniqueBytes === 0 ? 0 : Math.max((point.uniqueBytes / most) * (HEIGHT - 2), 1);
  const { first, last, checkpoints } = point;
  const name = checkpoints === 1 ? last.id : `${checkpoints} checkpoints, ${first.id} to ${last.id}`;
  return markup`<rect class="unique" x="${round(at * step)}" y="${round(HEIGHT - height)}" width="${round(step * 0.9)}" height="${round(height)}">
    <title>${name}: ${byteSize(point.uniqueBytes)}</title>
  </rect>`;
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}
