import { ConfigInvalidError, hasCode } from "../errors/index.js";

/** Makes what the file system says about a configuration file an error of the file; anything else comes back as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (!hasCode(error, "ENOENT", "EACCES", "EPERM", "ELOOP", "EIO")) return error;
  return new ConfigInvalidError(path, `cannot be read (${error.code})`, { system_code: error.code });
}
