import { safe } from "./safe-text.js";

/** Formats why a path was left out or left alone: `unreadable: EACCES`, `over limit: 5 GB`, `special: fifo`. */
export function reasonText(reason: string, detail: string): string {
  const words = safe(reason.replaceAll("_", " "));
  return detail === "" || detail === reason ? words : `${words}: ${safe(detail)}`;
}
