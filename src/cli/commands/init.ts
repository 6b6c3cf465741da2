import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { initText } from "../print/init-text.js";

export interface InitFlags {
  dryRun?: boolean;
}

/** `stepback init`. */
export async function init(context: CommandContext, { dryRun }: InitFlags): Promise<number> {
  const { api, flags, io, output } = context;
  const directory = await api.resolveChangeDirectory({ dir: flags.dir, changeId: flags.changeId, cwd: io.cwd, storePath: undefined });
  const done = await api.initDirectory(directory, { dryRun: dryRun === true });
  if (done.isDryRun) output.answer(done, () => initText(done));
  else output.report(done, () => initText(done));
  return EXIT.done;
}
