import { ConfigInvalidError, InvalidArgumentError } from "../errors/index.js";
import { describeFault, showPath } from "./check-config.js";
import type { ConfigSources, LoadedConfig, SettingOrigin } from "./loaded-config.js";
import { nearestKey } from "./nearest-key.js";
import type { Fault } from "./setting-kinds.js";
import { SETTINGS } from "./settings.js";
import { variableOf } from "./variable.js";

/**
 * Lays the texts of the environment over the settings of a file, and those given in the call over both. An empty variable counts as not set.
 * @throws ConfigInvalidError naming the variable, InvalidArgumentError for a setting given in the call
 */
export function applyTexts(loaded: LoadedConfig, { settings, environment }: Required<ConfigSources>): LoadedConfig {
  const origins = new Map<string, SettingOrigin>(loaded.origins);
  for (const [key, setting] of SETTINGS) {
    const variable = variableOf(key);
    const text = environment[variable];
    if (text === undefined || text === "") continue;
    const fault = setting.applyText(loaded.config, text);
    if (fault !== null) throw new ConfigInvalidError(variable, describeFault(nameOf(fault), fault.expected, text), { variable });
    origins.set(key, { from: "environment", variable });
  }
  for (const [key, text] of Object.entries(settings)) {
    const setting = SETTINGS.get(key);
    if (setting === undefined) throw new InvalidArgumentError("the setting", key, nearestOrAll(key));
    const fault = setting.applyText(loaded.config, text);
    if (fault !== null) throw new InvalidArgumentError(`${key}${showPath(fault.path)}`, text, fault.expected);
    origins.set(key, { from: "option" });
  }
  return { ...loaded, origins };
}

function nameOf({ path }: Fault): string {
  return path.length === 0 ? "its value" : `its ${showPath(path)}`;
}

function nearestOrAll(key: string): string {
  const nearest = nearestKey(key, null, SETTINGS.keys());
  return nearest === null ? `one of ${[...SETTINGS.keys()].join(", ")}` : `the key of one; did you mean ${nearest}?`;
}
