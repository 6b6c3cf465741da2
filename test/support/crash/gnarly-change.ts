import { chmodSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TempChange } from "../temp-change.js";

/** More than is copied in one piece. */
const LARGE = Buffer.from(Array.from({ length: 1_200_000 }, (_, position) => (position * 7919) % 251));

/** A small tree with one of everything that a restore handles in its own way; see `wreckGnarly`. */
export function fillGnarly(change: TempChange): void {
  change.edit({
    "a-first.md": "taken out last, because of its name",
    "proposal.md": "# Proposal\n",
    "kept.md": "stays as it is",
    "gone-since.md": "comes back",
    "empty.txt": "",
    "touched.md": "only its time changes",
    "run.sh": "#!/bin/sh\n",
    "odd-mode": "set-id bits",
    "private.key": "secret",
    "large.bin": LARGE,
    "was-file": "becomes a folder",
    "was-folder/deep/file.txt": "its folder becomes a file",
    "was-folder/other.txt": "with it",
    "was-link": { link: "specs" },
    "was-plain": "becomes a link",
    retargeted: { link: "proposal.md" },
    "specs/auth/spec.md": "spec",
    "specs/auth/deep/er/spec.md": "comes back with its folders",
    "closed/inside.txt": "in a folder without the right to write",
    "closed/kept.txt": "beside it",
    "empty-folder/nested/": "",
  });
  const { directory } = change;
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/latin1-`), Buffer.of(0xe9, 0xff)]), "a name that is not UTF-8");
  setModes(directory, { "run.sh": 0o755, "odd-mode": 0o4751, "private.key": 0o600, closed: 0o555, "empty-folder": 0o711 });
  utimesSync(join(directory, "proposal.md"), 1_000_000_000.123456, 1_000_000_000.123456);
  utimesSync(join(directory, "specs"), 1_222_222_222, 1_222_222_222);
}

/** Changes all that can change: replaced, removed, added, file to folder and back, links, modes and times. */
export function wreckGnarly(change: TempChange): void {
  const { directory } = change;
  setModes(directory, { closed: 0o755 });
  change.edit({ "was-file": null, "was-folder": null, "was-link": null, "was-plain": null, "specs/auth/deep": null });
  change.edit({
    "a-first.md": "overwritten",
    "proposal.md": "overwritten, and longer than before",
    "gone-since.md": null,
    "private.key": "leaked",
    "large.bin": LARGE.subarray(1),
    "was-file/now/a/folder.txt": "file in a folder",
    "was-folder": "now a file",
    "was-link": "now a file",
    "was-plain": { link: "nowhere/at/all" },
    retargeted: { link: "run.sh" },
    "specs/auth/spec.md": null,
    "specs/auth/added.md": "garbage",
    "closed/inside.txt": "overwritten",
    "closed/added": "garbage",
    "empty-folder": null,
    "added.txt": "garbage",
    "added/deep/er/file": "garbage",
    "added/link": { link: ".." },
  });
  setModes(directory, { "run.sh": 0o644, "odd-mode": 0o600, "private.key": 0o644, closed: 0o511 });
  utimesSync(join(directory, "touched.md"), 1_111_111_111, 1_111_111_111);
}

function setModes(directory: string, modes: Record<string, number>): void {
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(directory, name), mode);
}
