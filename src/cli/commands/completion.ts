import { EXIT, UsageError } from "../../index.js";
import { COMPLETION_SCRIPTS } from "../completion/scripts.js";
import type { CommandContext } from "../context.js";
import { oneOf } from "../flags.js";

/** `stepback completion`. */
export async function completion({ flags, io }: CommandContext, shell: string): Promise<number> {
  if (flags.json) throw new UsageError("a script cannot be JSON", "Leave out --json.");
  const names = Object.keys(COMPLETION_SCRIPTS) as (keyof typeof COMPLETION_SCRIPTS)[];
  io.stdout(COMPLETION_SCRIPTS[oneOf("the shell", shell, names)]);
  return EXIT.done;
}
