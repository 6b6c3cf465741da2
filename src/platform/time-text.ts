/** Formats a stored moment in UTC, as the ids have it: `2025-10-20 14:30:25`. */
export function utcTime(isoMoment: string): string {
  return isoMoment.slice(0, "2025-10-20T14:30:25".length).replace("T", " ");
}

/** Formats how long something took: `350 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
