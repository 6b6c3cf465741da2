import { EXIT, InvalidArgumentError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { configText, settingText } from "../print/config-text.js";

/** `stepback config`: with a key only that setting, with the start of keys all that begin so. */
export async function config(context: CommandContext, key: string | undefined): Promise<number> {
  const checkpoints = await openChange(context);
  const { path, settings, warnings } = await checkpoints.settings();
  const named = key === undefined ? settings : settings.filter((one) => one.key === key || one.key.startsWith(`${key}.`));
  if (key !== undefined && named.length === 0) {
    throw new InvalidArgumentError("the setting", key, `one of ${settings.map((one) => one.key).join(", ")}`);
  }
  const [only] = named;
  context.output.answer({ directory: checkpoints.directory, path, settings: named, warnings }, () =>
    key !== undefined && only?.key === key ? settingText(only) : configText(path, named),
  );
  context.output.warn(warnings);
  return EXIT.done;
}
