import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("mounted.sh", import.meta.url));
/** Only a hang is cut off. */
const HANG_MS = 300_000;

/** `ext4-128` has times of whole seconds; `ntfs` and `exfat` do not tell capitals from small letters, and `exfat` has no links of any kind. */
export const FILE_SYSTEMS = ["ext4", "ext4-128", "xfs", "btrfs", "tmpfs", "overlay", "ntfs", "exfat"] as const;
export type MountedKind = (typeof FILE_SYSTEMS)[number];

/** Runs a command with a file system mounted at FOLDER/mounted; gives its exit status. */
export function runMountedSync(kind: MountedKind, folder: string, command: readonly string[]): number {
  return spawnSync("unshare", commandLine(kind, folder, command), { stdio: "ignore", timeout: HANG_MS }).status ?? -1;
}

/** The same; gives what the command printed. @throws Error with what it printed as errors when it fails */
export function runMounted(kind: MountedKind, folder: string, command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", commandLine(kind, folder, command), { stdio: ["ignore", "pipe", "pipe"], timeout: HANG_MS });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (chunk) => (printed.out += String(chunk)));
    child.stderr.on("data", (chunk) => (printed.err += String(chunk)));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(printed.out);
      else reject(new Error(`on ${kind}: status ${status}\n${printed.err}`));
    });
  });
}

function commandLine(kind: MountedKind, folder: string, command: readonly string[]): string[] {
  return ["-m", "sh", SCRIPT, kind, folder, ...command];
}
