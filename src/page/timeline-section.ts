import type { Change } from "../diff/index.js";
import type { CheckpointId, RestoreRecord, TreeEntry } from "../formats/index.js";
import { byteSize, utcTime } from "../platform/index.js";
import { checkpointItem } from "./checkpoint-item.js";
import { markup, shown, type Html } from "./markup.js";
import type { KnownChanges, PageMaterial, Stretch, StretchChanges, TimelineItem } from "./material.js";
import { counted, stepText } from "./words.js";

const MOST_RESTORED_PATHS = 5;

/** What happened, oldest first: checkpoints, restores, and what changed between them. */
export function timelineSection({ timeline, changes, sizes }: PageMaterial): Html {
  const sizeOf = new Map(sizes.checkpoints.map((size) => [size.id, size]));
  const { items, olderCheckpoints, olderRestores } = timeline;
  const known = new Set(items.flatMap((item) => (item.kind === "checkpoint" ? [item.checkpoint.id] : [])));
  const older = [counted(olderCheckpoints, "older checkpoint"), ...(olderRestores > 0 ? [counted(olderRestores, "restore")] : [])];
  return markup`<section id="timeline" aria-labelledby="timeline-title">
    <h2 id="timeline-title">Timeline</h2>
    <p class="hint">Oldest first; all times are UTC.</p>
    <ol class="timeline" role="list">
      ${olderCheckpoints + olderRestores > 0 ? markup`<li class="older">${older.join(" and ")} not shown here</li>` : null}
      ${items.map((item) => itemOf(item))}
    </ol>
  </section>`;

  function itemOf(item: TimelineItem): Html {
    if (item.kind === "checkpoint") return checkpointItem(item.checkpoint, sizeOf.get(item.checkpoint.id));
    if (item.kind === "restore") return restoreItem(item.restore, known);
    return stretchItem(item.stretch, changes.get(item.stretch) ?? { problem: "nobody looked" }, known);
  }
}

const RESULTS: Readonly<Record<RestoreRecord["result"], string>> = {
  restored: "Restored",
  recovered: "Restored, after a crash on the way,",
  rolled_back: "Undone: a restore",
};

function restoreItem({ at, target, paths, counts, result }: RestoreRecord, known: ReadonlySet<CheckpointId>): Html {
  const { created, replaced, removed, retouched } = counts;
  const more = paths.length - MOST_RESTORED_PATHS;
  const named = paths.slice(0, MOST_RESTORED_PATHS).map((path) => markup`<code>${shown(path)}</code> `);
  const what = paths.length === 0 ? null : markup`<p class="paths">Only ${named}${more > 0 ? `and ${more} more` : ""}</p>`;
  return markup`<li class="restore">
    <h3>↺ ${RESULTS[result]} to ${linkTo(target, known)}</h3>
    <p class="head">
      <time datetime="${at}">${utcTime(at)}</time>
      <span>${created} created, ${replaced} replaced, ${removed} removed${retouched > 0 ? `, ${retouched} retouched` : ""}</span>
    </p>
    ${what}
  </li>`;
}

function stretchItem(stretch: Stretch, changes: StretchChanges, known: ReadonlySet<CheckpointId>): Html {
  const since =
    stretch.isAfterRestore && stretch.from !== null ? markup` <span class="since">since ${linkTo(stretch.from, known)}</span>` : null;
  const heading = markup`<span class="what">${headingOf(stretch)}</span>${since}`;
  if ("problem" in changes) return markup`<li class="stretch"><p>${heading}cannot be told (${shown(changes.problem)})</p></li>`;
  const unseen = changes.notCompared > 0 ? markup` <span class="since">${counted(changes.notCompared, "path")} not compared</span>` : null;
  const total = changes.added + changes.changed + changes.removed + changes.renamed;
  if (total === 0) return markup`<li class="stretch quiet"><p><span class="what">Nothing changed</span>${since}${unseen}</p></li>`;
  return markup`<li class="stretch">
    <details>
      <summary>${heading}${countsOf(changes)}${unseen}</summary>
      <ul class="changes" role="list">
        ${changes.first.map(changeItem)} ${total > changes.first.length ? markup`<li class="more">and ${total - changes.first.length} more</li>` : null}
      </ul>
    </details>
  </li>`;
}

function headingOf({ step, to }: Stretch): Html | string {
  if (step !== null) return markup`Changed by ${shown(stepText(step))}`;
  return to === null ? "Changed since, in no checkpoint yet" : "Changed";
}

function countsOf({ added, changed, removed, renamed }: KnownChanges): Html {
  const counts: [number, string, string][] = [
    [added, "added", "+"],
    [changed, "changed", "~"],
    [renamed, "renamed", "→"],
    [removed, "removed", "−"],
  ];
  return markup`<span class="counts">
    ${counts.filter(([count]) => count > 0).map(([count, name, sign]) => markup`<span class="${name}">${sign}${count} ${name}</span> `)}
  </span>`;
}

const SIGNS: Readonly<Record<Change["kind"], [sign: string, word: string, style: string]>> = {
  added: ["+", "added", "added"],
  deleted: ["−", "removed", "removed"],
  modified: ["~", "changed", "changed"],
  retyped: ["~", "changed its type", "changed"],
  renamed: ["→", "renamed", "renamed"],
};

function changeItem(change: Change): Html {
  const [sign, word, style] = SIGNS[change.kind];
  const from = change.oldPath === null ? null : markup`<code>${shown(change.oldPath)}</code> → `;
  const folder = (change.after ?? change.before)?.type === "directory" && change.path !== "" ? "/" : "";
  return markup`<li class="${style}">
    <span class="change" aria-hidden="true">${sign}</span><span class="unseen">${word}: </span>${from}<code
      >${change.path === "" ? "./" : shown(change.path)}${folder}</code
    >
    ${sizeChange(change)}
  </li>`;
}

function sizeChange({ kind, before, after }: Change): Html | null {
  const size = (entry: TreeEntry | null): number | null => (entry?.type === "file" ? entry.size : null);
  const [old, now] = [size(before), size(after)];
  if (kind === "added" && now !== null) return markup`<span class="size">${byteSize(now)}</span>`;
  if (kind === "deleted" && old !== null) return markup`<span class="size">${byteSize(old)}</span>`;
  if (old === null || now === null || old === now) return null;
  return markup`<span class="size">${byteSize(old)} → ${byteSize(now)}</span>`;
}

/** What is not on the page cannot be led to. */
function linkTo(id: CheckpointId, known: ReadonlySet<CheckpointId>): Html {
  return known.has(id) ? markup`<a href="#${id}"><code>${id}</code></a>` : markup`<code>${id}</code>`;
}
