import { tempChange, type TempChange } from "../support/temp-change.js";

const MINUTE = 60_000;

/** A change with a failed step that was rolled back, a session, a task, and texts that mean harm; the clock starts at 2026-03-04 08:00 UTC. */
export async function hostileChange(): Promise<TempChange> {
  const clock = { ms: Date.parse("2026-03-04T08:00:00Z") };
  const later = (minutes: number): void => void (clock.ms += minutes * MINUTE);
  const change = await tempChange({ "a.txt": "one", "b.txt": "two" }, { now: () => new Date(clock.ms) });
  const { checkpoints } = change;
  await checkpoints.sessions.start({ description: "The gauge", owner: { pid: null } });
  later(10);
  const step = await checkpoints.create({ step: 1, stepName: "Write & draw" });
  later(5);
  change.edit({ "a.txt": "changed", "b.txt": null, "new.txt": "new" });
  await checkpoints.markSuccess(step.id, false);
  await checkpoints.restore(step.id);
  later(5);
  const notes = `<script>alert("note")</script>\n\u001b[31mred \u202eeman\u200b`;
  await checkpoints.create({ taskId: "7", stage: "start", notes, tags: ["<b>tag"], metadata: { "key<i>": "\"'value" } });
  later(5);
  change.edit({ "<img src=x onerror=alert(1)>.txt": "x", "gpj\u202eexe": "y" });
  await checkpoints.create({ type: "pre_risky_operation", notes: "שלום" });
  later(5);
  await checkpoints.sessions.end({ success: true });
  change.edit({ "late.txt": "late" });
  return change;
}

/** What somebody reads, with single blanks. */
export function textOf(page: string): string {
  const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return page
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replace(/\s+/g, " ");
}
