import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { findChange } from "../open-change.js";
import { initText } from "../print/init-text.js";

export interface InitFlags {
  dryRun?: boolean;
}

/** `stepback init`. */
export async function init(context: CommandContext, { dryRun }: InitFlags): Promise<number> {
  const { api, output } = context;
  const done = await api.initDirectory(await findChange(context), { dryRun: dryRun === true });
  if (done.isDryRun) output.answer(done, () => initText(done));
  else output.report(done, () => initText(done));
  return EXIT.done;
}
