import { encodePathBytes, EXIT, formatManifestText, formatSha256Sums, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";

export interface ManifestFlags {
  sha256sums?: boolean;
}

/** `stepback manifest`. */
export async function manifest(context: CommandContext, id: string, flags: ManifestFlags): Promise<number> {
  if (flags.sha256sums === true && context.flags.json) {
    throw new UsageError("--sha256sums has its own form and cannot be JSON", "Leave out --json or --sha256sums.");
  }
  const checkpoints = await openChangeOf(context, id);
  const found = await checkpoints.manifest(id);
  if (context.flags.json) {
    context.output.answer(found, () => "");
    return EXIT.done;
  }
  // Both forms must reach other programs byte for byte: no colours, and names that are not UTF-8 as the bytes they are.
  const text = flags.sha256sums === true ? formatSha256Sums(found) : formatManifestText(found);
  context.io.stdout(text.isWellFormed() ? text : encodePathBytes(text));
  return EXIT.done;
}
