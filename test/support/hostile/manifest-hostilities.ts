import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rmSync } from "node:fs";
import type { HostilePlace } from "./hostile-place.js";
import {
  DEEP,
  folderOf,
  forgeManifest,
  LONG,
  manifestPath,
  put,
  readJson,
  replaceStored,
  sha256OfText,
  signManifest,
  snapshotPath,
  type Hostility,
  type Json,
} from "./spoil.js";

const base64 = (text: string): Json => ({ path_b64: Buffer.from(text, "latin1").toString("base64") });

/** A manifest that the index vouches for. */
const forged = (name: string, change: (manifest: Json, place: HostilePlace) => void): Hostility => ({
  name: `a manifest with ${name}`,
  spoil: (place) => forgeManifest(place, place.first, (manifest) => change(manifest, place)),
});

const named = (what: string, name: unknown): Hostility =>
  forged(`a file named ${what}`, (manifest) => ((folderOf(manifest, "").files[0] as unknown[])[0] = name));

const inFolder = (what: string, path: unknown): Hostility =>
  forged(`a folder at ${what}`, (manifest) => (folderOf(manifest, "sub/deep")["path"] = path));

const PLANTED = "planted";

/** An entry with its stored file, so that the restore would have something to put in place. */
function plant(manifest: Json, place: HostilePlace, path: string): void {
  const [file] = folderOf(manifest, "").files as [unknown[]];
  const folders = manifest["directories"] as Json[];
  const parts = path.split("/");
  parts.slice(0, -1).forEach((_, depth) => {
    const folder = parts.slice(0, depth + 1).join("/");
    if (folderOf(manifest, folder) === undefined) folders.push({ ...folders[0], path: folder, files: [], symlinks: [] });
  });
  const [, mode, , mtimeNs, , ...others] = file;
  folderOf(manifest, parts.slice(0, -1).join("/")).files.push([
    parts.at(-1),
    mode,
    PLANTED.length,
    mtimeNs,
    sha256OfText(PLANTED),
    ...others,
  ]);
  const stored = join(snapshotPath(place, place.first), path);
  put(join(snapshotPath(place, place.first), ".planted"), "");
  replaceStored(join(snapshotPath(place, place.first), ".planted"), (planted) => rmSync(planted));
  put(stored, PLANTED);
}

const planted = (path: string): Hostility => forged(`${path} planted in it`, (manifest, place) => plant(manifest, place, path));

export const MANIFEST_HOSTILITIES: readonly Hostility[] = [
  named("by a path upward", "../canary"),
  named("by an absolute path", "/etc/passwd"),
  named("by two dots", ".."),
  named("by one dot", "."),
  named("by nothing", ""),
  named("by NUL", "a\0b"),
  named("by a path below", "sub/x"),
  named("by hidden dots", base64("..")),
  named("by a hidden path upward", base64("../canary")),
  named("by hidden NUL", base64("a\0b")),
  named("by something long", LONG),
  named("by an object", { path_b64: 7 }),
  named("by a lone surrogate", "\udc2e\udc2e"),
  named("as another", "link"),
  named("as a folder", "sub"),
  inFolder("a path upward", "../canary"),
  inFolder("an absolute path", "/etc"),
  inFolder("a path that climbs back", "sub/../../canary"),
  inFolder("no parent", "nowhere/deep"),
  inFolder("the path of a file", "a.txt"),
  inFolder("a hidden path upward", base64("sub/../../canary")),
  forged("a file below a symlink", (manifest) => {
    folderOf(manifest, "sub/deep")["path"] = "link/deep";
    (manifest["directories"] as Json[]).push({ ...folderOf(manifest, "sub"), path: "link" });
  }),
  forged("rows of wrong types", (manifest) => (folderOf(manifest, "").files[0] = [{}, [], null, "1", 5, "x", {}, -1, 1.5])),
  forged("rows that are none", (manifest) => (folderOf(manifest, "").files = [null as never])),
  forged(
    "a file of more bytes than there are",
    (manifest) => ((folderOf(manifest, "").files[0] as unknown[])[2] = Number.MAX_SAFE_INTEGER),
  ),
  forged("a size beyond all", (manifest) => ((folderOf(manifest, "").files[0] as unknown[])[2] = 1e308)),
  forged("a size below nothing", (manifest) => ((folderOf(manifest, "").files[0] as unknown[])[2] = -1)),
  forged("owners beyond all", (manifest) => {
    const [row] = folderOf(manifest, "").files as [unknown[]];
    row[5] = Number.MAX_SAFE_INTEGER;
    row[6] = Number.MAX_SAFE_INTEGER;
  }),
  forged("times beyond all", (manifest) => {
    const [row] = folderOf(manifest, "").files as [unknown[]];
    row[3] = "99999999999999999999";
    folderOf(manifest, "")["mtime_ns"] = "-99999999999999999999";
  }),
  forged("set-id modes", (manifest) => {
    for (const row of folderOf(manifest, "").files) row[1] = "6777";
    folderOf(manifest, "sub")["mode"] = "7777";
  }),
  forged("other bytes than are stored", (manifest) => ((folderOf(manifest, "").files[0] as unknown[])[4] = "0".repeat(64))),
  forged("a symlink to outside", (manifest, place) => ((folderOf(manifest, "").symlinks[0] as unknown[])[2] = place.canary)),
  forged("a symlink to NUL", (manifest) => ((folderOf(manifest, "").symlinks[0] as unknown[])[2] = "a\0b")),
  forged("a symlink to something long", (manifest) => ((folderOf(manifest, "").symlinks[0] as unknown[])[2] = LONG)),
  forged("a symlink to nothing", (manifest) => ((folderOf(manifest, "").symlinks[0] as unknown[])[2] = "")),
  forged("left-out paths upward", (manifest) => (manifest["uncaptured"] = [{ path: "../canary", reason: "ignored", detail: "" }])),
  forged("everything left out", (manifest) => (manifest["uncaptured"] = [{ path: "", reason: "ignored", detail: LONG }])),
  forged(
    "ignore rules that are none",
    (manifest) => (manifest["ignore_rules"] = ["[", "(", "\\", "!", "**/**/**", "\0", LONG, "a{1,99999}"]),
  ),
  forged("long ignore rules", (manifest) => (manifest["ignore_rules"] = ["a*".repeat(5_000)])),
  forged("the id of another", (manifest, place) => ((manifest["checkpoint"] as Json)["checkpoint_id"] = place.second)),
  forged("an id upward", (manifest) => ((manifest["checkpoint"] as Json)["checkpoint_id"] = "../canary")),
  forged("no folders", (manifest) => (manifest["directories"] = [])),
  forged("a scan in the far future", (manifest) => (manifest["scan_started_ns"] = "9".repeat(20))),
  planted(".checkpoints/state.json"),
  planted(".checkpoints/planted.json"),
  planted(".git/hooks/post-commit"),
  planted("other/.checkpoints/state.json"),
  planted("sub/.git/hooks/post-commit"),
  planted(".stepback-restore-0123456789abcdef/journal.json"),
  planted("__proto__/constructor"),
  {
    name: "a manifest of arrays in arrays",
    spoil: (place) => signManifest(place, place.first, DEEP),
  },
  {
    name: "a manifest with arrays in arrays under an unknown key of its record",
    spoil: (place) => {
      const manifest = readJson(manifestPath(place, place.first));
      (manifest["checkpoint"] as Json)["zz"] = 1;
      signManifest(place, place.first, JSON.stringify(manifest).replace('"zz":1', `"zz":${DEEP}`));
      rmSync(join(place.storePath, "state.json"));
    },
  },
  {
    name: "a manifest with keys that objects have by birth",
    spoil: (place) => {
      const text = JSON.stringify(readJson(manifestPath(place, place.first)));
      signManifest(
        place,
        place.first,
        text.replace("{", '{"__proto__": {"directories": []}, "constructor": {"prototype": {"polluted": 1}},'),
      );
    },
  },
  { name: "a manifest that unpacks to a gigabyte", spoil: (place) => signManifest(place, place.first, bomb()) },
  { name: "a manifest that unpacks to nothing", spoil: (place) => signManifest(place, place.first, gzipSync("")) },
  {
    name: "a manifest that is torn while it unpacks",
    spoil: (place) =>
      signManifest(place, place.first, gzipSync(JSON.stringify(readJson(manifestPath(place, place.first)))).subarray(0, 300)),
  },
  { name: "the newest manifest unpacks to a gigabyte", spoil: (place) => signManifest(place, place.backup, bomb()) },
];

let packed: Buffer | undefined;

/** Opening brackets, which take more room when they are parsed than as text. */
function bomb(): Buffer {
  packed ??= gzipSync(Buffer.alloc(1024 ** 3, "["), { level: 9 });
  return packed;
}
