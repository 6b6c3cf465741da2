import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeMember } from "../../src/archive/member-header.js";
import { entryMember, sumsMember } from "../../src/archive/member.js";
import { decodeManifest, formatSha256Sums } from "../../src/formats/index.js";
import type { Checkpoints, StepbackError } from "../../src/index.js";
import { pictureBelow } from "../store/copied-store.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { forge, forgePax, patch, putTogether, takeApart, type RawMember } from "./tar-by-hand.js";

const FILES = { "a.txt": "one\n", "b/c.txt": "two\n", "b/z.txt": "three\n", link: { link: "a.txt" } };

let tar: Buffer = Buffer.alloc(0);
let id = "";
const part = (name: string): number => takeApart(tar).findIndex((member) => member.name === name);

beforeEach(async () => {
  if (id !== "") return;
  const change = await tempChange(FILES);
  ({ id } = await change.checkpoints.create({ step: 1 }));
  const path = join(tempFolder(), "sound.tar");
  await change.checkpoints.exportArchive([id], { output: path });
  tar = readFileSync(path);
});

/** Alters the members of a sound archive. */
type Alteration = (members: RawMember[]) => RawMember[];

const after =
  (name: () => string, ...more: RawMember[]): Alteration =>
  (members) =>
    members.flatMap((member) => (member.name === name() ? [member, ...more] : [member]));
const before =
  (name: () => string, ...more: RawMember[]): Alteration =>
  (members) =>
    members.flatMap((member) => (member.name === name() ? [...more, member] : [member]));
const instead =
  (name: () => string, make: (member: RawMember) => RawMember[]): Alteration =>
  (members) =>
    members.flatMap((member) => (member.name === name() ? make(member) : [member]));
const file = (path: string) => () => `${id}/${path}`;
const manifestName = () => `${id}.manifest.json`;

describe("members that no manifest lists, or not as they are", () => {
  const evil = "../../evil.txt";
  test.each<[string, Alteration]>([
    ["an absolute path", after(file("a.txt"), forge({ path: "/tmp/evil.txt" }, "evil"))],
    ["a path that climbs", after(file("a.txt"), forge({ path: evil }, "evil"))],
    ["a path that climbs in the middle", (members) => after(file("a.txt"), forge({ path: `${id}/../../evil.txt` }, "evil"))(members)],
    ["a drive letter", after(file("a.txt"), forge({ path: "c:../evil.txt" }, "evil"))],
    ["backslashes", after(file("a.txt"), forge({ path: "..\\..\\evil.txt" }, "evil"))],
    ["a name of one file for another", instead(file("a.txt"), (member) => [patch(member, 0, `${id}/x.txt`)])],
    ["a NUL in a name", instead(file("a.txt"), (member) => [patch(member, `${id}/a.txt`.length, "\0.evil")])],
    ["a name that differs in case", instead(file("a.txt"), (member) => [patch(member, `${id}/`.length, "A")])],
    [
      "a symlink, then a file through it",
      (members) =>
        after(
          file("a.txt"),
          forge({ path: `${id}/out`, type: "SymbolicLink", linkpath: ".." }),
          forge({ path: `${id}/out/evil.txt` }, "evil"),
        )(members),
    ],
    [
      "a symlink to somewhere else",
      instead(
        () => `${id}/link`,
        (member) => [patch(member, 157, "../../etc/passwd")],
      ),
    ],
    ["a symlink in place of a folder", instead(file("b"), () => [forge({ path: `${id}/b`, type: "SymbolicLink", linkpath: "/tmp" })])],
    ["a hard link to a file outside", after(file("a.txt"), forge({ path: "x", type: "Link", linkpath: "/etc/passwd" }))],
    [
      "a hard link in place of a file",
      instead(file("b/c.txt"), () => [forge({ path: `${id}/b/c.txt`, type: "Link", linkpath: `${id}/a.txt` })]),
    ],
    [
      "a hard link to a symlink, then a file through it",
      (members) =>
        after(
          file("a.txt"),
          forge({ path: `${id}/s`, type: "SymbolicLink", linkpath: "/tmp" }),
          forge({ path: `${id}/h`, type: "Link", linkpath: `${id}/s` }),
          forge({ path: `${id}/h/evil.txt` }, "evil"),
        )(members),
    ],
    ["a device node", after(file("a.txt"), forge({ path: "null", type: "CharacterDevice", devmaj: 1, devmin: 3 }))],
    ["a fifo", after(file("a.txt"), forge({ path: "pipe", type: "FIFO" }))],
    ["a fifo in place of a file", instead(file("a.txt"), (member) => [{ ...patch(member, 156, "6"), content: Buffer.alloc(0) }])],
    ["a contiguous file, which old tars take for a file", instead(file("a.txt"), (member) => [patch(member, 156, "7")])],
    ["an old-style file, without a type", instead(file("a.txt"), (member) => [patch(member, 156, "\0")])],
    ["an extended header with another path", before(file("a.txt"), forgePax({ path: evil }))],
    ["an extended header with another size", before(file("a.txt"), forgePax({ size: "1000000" }))],
    ["an extended header with a NUL in the path", before(file("a.txt"), forgePax({ path: "a\0b" }))],
    ["an extended header that says what is said anyway", (members) => before(file("a.txt"), forgePax({ path: `${id}/a.txt` }))(members)],
    ["a global extended header", before(file("a.txt"), forgePax({ path: evil }, "GlobalExtendedHeader"))],
    ["a long path in GNU's way", before(file("a.txt"), forge({ path: "././@LongLink", type: "NextFileHasLongPath" }, `${evil}\0`))],
    ["a long link in GNU's way", before(file("link"), forge({ path: "././@LongLink", type: "NextFileHasLongLinkpath" }, "/etc\0"))],
    ["a very long name", after(file("a.txt"), forgePax({ path: "x".repeat(100_000) }), forge({ path: "x" }, "evil"))],
    ["a sparse file of GNU's", instead(file("a.txt"), (member) => [patch(member, 156, "S")])],
    [
      "a sparse file of pax",
      before(file("a.txt"), forgePax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" })),
    ],
    ["a multi-volume continuation", after(file("a.txt"), forge({ path: "more", type: "ContinuationFile" }, "x"))],
    ["a file twice", (members) => members.flatMap((member, at) => (at === part(`${id}/a.txt`) ? [member, member] : [member]))],
    ["a missing file", instead(file("b/z.txt"), () => [])],
    ["a missing folder", instead(file("b"), () => [])],
    ["files in another order", (members) => [...members.slice(0, -2), ...members.slice(-2).reverse()]],
    ["a file before the head", (members) => [forge({ path: "evil.txt" }, "evil"), ...members]],
    ["the tree before its manifest", (members) => [members[0] as RawMember, ...members.slice(3), ...members.slice(1, 3)]],
    ["no head", (members) => members.slice(1)],
    ["no manifest", instead(manifestName, () => [])],
    [
      "no sums",
      instead(
        () => `${id}.sha256`,
        () => [],
      ),
    ],
    ["nothing but the head", (members) => members.slice(0, 1)],
    ["a size that is too large", instead(file("a.txt"), (member) => [patch(member, 124, "77777777777")])],
    ["a size that is too small", instead(file("a.txt"), (member) => [patch(member, 124, "00000000001")])],
    ["a negative size", instead(file("a.txt"), (member) => [patch(member, 124, Buffer.alloc(12, 0xff))])],
    [
      "a size beyond all numbers",
      instead(file("a.txt"), (member) => [patch(member, 124, Buffer.from([0x80, ...Array<number>(11).fill(0xff)]))]),
    ],
    ["a negative time", instead(file("a.txt"), (member) => [patch(member, 136, Buffer.alloc(12, 0xff))])],
    ["another mode", instead(file("a.txt"), (member) => [patch(member, 100, "0004777")])],
    ["another owner", instead(file("a.txt"), (member) => [patch(member, 108, "0007777")])],
    ["the name of an owner", instead(file("a.txt"), (member) => [patch(member, 265, "root")])],
    [
      "a wrong checksum",
      instead(file("a.txt"), (member) => [{ ...member, header: Buffer.concat([member.header.subarray(0, 508), Buffer.from("evil")]) }]),
    ],
    ["other bytes of a file", instead(file("a.txt"), (member) => [{ ...member, content: Buffer.from(member.content).fill("x", 0, 3) }])],
    [
      "something in a file's padding",
      instead(file("a.txt"), (member) => [{ ...member, content: Buffer.from(member.content).fill("x", 100, 101) }]),
    ],
    [
      "other sums",
      instead(
        () => `${id}.sha256`,
        (member) => [{ ...member, content: Buffer.from(member.content).fill("0", 0, 1) }],
      ),
    ],
    [
      "another manifest than the head says",
      instead(manifestName, (member) => [{ ...member, content: Buffer.from(member.content).fill(" ", 1, 2) }]),
    ],
  ])("%s", async (_, alter) => {
    await expectRefused(putTogether(alter(takeApart(tar))));
  });

  test("a sound one is taken in", async () => {
    const change = await tempChange();
    const { checkpoints } = await importBytes(change, putTogether(takeApart(tar)));
    expect(checkpoints.map((one) => one.id)).toEqual([id]);
  });
});

describe("bytes that are no archive, or too many of them", () => {
  test.each<[string, () => Buffer]>([
    ["nothing", () => Buffer.alloc(0)],
    ["a text", () => Buffer.from("hello\n".repeat(1000))],
    ["zeros", () => Buffer.alloc(10_240)],
    ["a cut-off head", () => tar.subarray(0, 700)],
    ["no end", () => tar.subarray(0, -1024)],
    ["half an end", () => tar.subarray(0, -512)],
    ["a cut-off file", () => tar.subarray(0, tar.length - 1600)],
    ["a block behind the end", () => Buffer.concat([tar, Buffer.alloc(512)])],
    ["garbage behind the end", () => Buffer.concat([tar, Buffer.from("garbage")])],
    ["a second archive behind the first", () => Buffer.concat([tar, tar])],
    ["a compressed archive, cut off", () => gzipSync(tar).subarray(0, -20)],
    ["a compressed archive with garbage behind it", () => Buffer.concat([gzipSync(tar), Buffer.from("garbage")])],
    ["a compressed archive with zeros behind it", () => Buffer.concat([gzipSync(tar), Buffer.alloc(100)])],
    ["two compressed archives", () => Buffer.concat([gzipSync(tar), gzipSync(tar)])],
    ["a compressed archive with damage in it", () => damage(gzipSync(tar))],
    ["an archive compressed twice", () => gzipSync(gzipSync(tar))],
    ["gigabytes of zeros behind the end, packed", () => Buffer.concat([gzipSync(tar), ...Array<Buffer>(200).fill(ZEROS)])],
    ["gigabytes of zeros instead of a head, packed", () => Buffer.concat(Array<Buffer>(200).fill(ZEROS))],
    ["a head of a gigabyte", () => patchedHead("10000000000")],
    ["a head of no bytes", () => patchedHead("00000000000")],
  ])("%s", async (_, make) => {
    await expectRefused(make());
  });

  test("several pieces of gzip that hold one archive are one stream, as gzip has it", async () => {
    const pieces = Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))]);
    expect((await importBytes(await tempChange(), pieces)).checkpoints).toHaveLength(1);
  });
});

describe("manifests that were forged, with all hashes right", () => {
  test.each<[string, (text: string) => string]>([
    ["a path that climbs", (text) => text.replaceAll('"a.txt"', '"../a.txt"')],
    ["a path that stands twice", (text) => text.replaceAll('"c.txt"', '"z.txt"')],
    ["a folder that is a symlink", (text) => text.replaceAll('["link"', '["b"')],
    ["a size that is no number", (text) => text.replace(/(\["a\.txt","\d{4}",)4/, "$11e99")],
    ["another checkpoint's record", (text) => text.replaceAll(id, id.replace("step01", "step02"))],
    ["an unknown hash", (text) => text.replace(/"[0-9a-f]{64}"/, `"${"0".repeat(64)}"`)],
    ["no JSON", (text) => text.slice(0, -20)],
  ])("%s", async (_, forgery) => {
    await expectRefused(withManifest(forgery), ["ARCHIVE_INVALID"]);
  });

  // All that follows fits the manifest, so that nothing else is wrong with it.
  test.each<[string, (text: string) => string]>([
    ["the insides of a repository", (text) => text.replaceAll('"path":"b"', '"path":".git"')],
    ["the insides of a repository, in capitals", (text) => text.replaceAll('"path":"b"', '"path":".GIT"')],
    ["a store", (text) => text.replaceAll('"path":"b"', '"path":".checkpoints"').replaceAll('["c.txt"', '["state.json"')],
    ["a store of another name", (text) => text.replaceAll('["c.txt"', '["manifests"').replaceAll('["z.txt"', '["state.json"')],
    ["a restore in flight", (text) => text.replaceAll('"path":"b"', '"path":".stepback-restore-0123456789abcdef"')],
  ])("%s, in an archive that is right otherwise", async (_, forgery) => {
    const bytes = whollyForged(forgery);
    await expectRefused(bytes, ["ARCHIVE_INVALID"]);
    await expect(importBytes(await tempChange(), bytes)).rejects.toThrow("which no checkpoint holds");
  });

  test("one that is as it was but for a key that nobody knows is taken in", async () => {
    const bytes = withManifest((text) => text.replace('"scope"', '"scopes": 1, "scope"'));
    expect((await importBytes(await tempChange(), bytes)).checkpoints).toHaveLength(1);
  });

  test("a later format is refused as such", async () => {
    await expectRefused(
      withManifest((text) => text.replace('"format_version": 1', '"format_version": 2')),
      ["FORMAT_TOO_NEW"],
    );
    await expectRefused(
      withHead((text) => text.replace('"format_version": 1', '"format_version": 2')),
      ["FORMAT_TOO_NEW"],
    );
  });

  test.each<[string, (text: string) => string]>([
    ["a checkpoint twice", (text) => text.replace(/("checkpoints": \[)([\s\S]*?)(\n \]\n\})/, "$1$2,$2$3")],
    ["no checkpoint", (text) => text.replace(/("checkpoints": \[)([\s\S]*?)(\n \]\n\})/, "$1$3")],
    ["an id that is a path", (text) => text.replaceAll(id, "../../evil")],
    ["a manifest of no length", (text) => text.replace(/"manifest_bytes": \d+/, '"manifest_bytes": 0')],
    ["a manifest of half a gigabyte that is not there", (text) => text.replace(/"manifest_bytes": \d+/, '"manifest_bytes": 200000000')],
    ["a time that does not exist", (text) => text.replace(/"timestamp": "[^"]*"/, '"timestamp": "2026-99-02T09:00:00Z"')],
  ])("a head with %s", async (_, forgery) => {
    await expectRefused(withHead(forgery));
  });

  test("identities of files are forgotten, so that no live file passes for unchanged", async () => {
    const change = await tempChange();
    const { checkpoints } = await importBytes(change, tar);
    const { entries, scanStartedNs } = await change.checkpoints.manifest(checkpoints[0]?.id ?? "");
    expect(entries.map(({ ino, ctimeNs }) => [ino, ctimeNs])).toEqual(entries.map(() => [0n, 0n]));
    expect(scanStartedNs).toBe(0n);
  });
});

describe("budgets", () => {
  test.each([
    [{ maxEntries: 3, maxTotalBytes: 1000 }, "limits.max_entries"],
    [{ maxEntries: 100, maxTotalBytes: 5 }, "limits.max_total_bytes"],
  ])("%o", async (limits, setting) => {
    const change = await tempChange({}, { config: { durability: "none", limits: { ...limits, maxFileBytes: null } } });
    await expectRefused(tar, ["ARCHIVE_TOO_LARGE"], change);
    await expect(importBytes(change, tar)).rejects.toMatchObject({ details: { setting } });
  });

  test("a checkpoint that does not fit is refused before a byte of it is written", async () => {
    const huge = withManifest((text) => text.replace(/(\["a\.txt","\d{4}",)4/, `$1${9 * 1024 ** 3}`));
    // Either there is no room, or the member is not as large as the manifest says.
    await expectRefused(huge, ["NO_SPACE", "ARCHIVE_INVALID"]);
  });
});

/** 16 MB of zeros, packed. */
const ZEROS = gzipSync(Buffer.alloc(16 * 1024 * 1024));

function damage(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[bytes.length >> 1] = (damaged[bytes.length >> 1] as number) ^ 0xff;
  return damaged;
}

function patchedHead(size: string): Buffer {
  const [head, ...others] = takeApart(tar) as [RawMember, ...RawMember[]];
  return putTogether([patch(head, 124, size), ...others]);
}

function textOf({ content }: RawMember): string {
  return content.toString("utf8").replace(/\0+$/, "");
}

function withHead(forgery: (text: string) => string): Buffer {
  const [head, ...others] = takeApart(tar) as [RawMember, ...RawMember[]];
  const text = forgery(textOf(head));
  expect(text).not.toBe(textOf(head));
  return putTogether([sameMember(head, text), ...others]);
}

/** The head's hash and all sizes are made to fit, so that the manifest is judged by what it says. */
function withManifest(forgery: (text: string) => string): Buffer {
  const [head, manifest, ...others] = takeApart(tar) as [RawMember, RawMember, ...RawMember[]];
  const text = forgery(textOf(manifest));
  expect(text).not.toBe(textOf(manifest));
  const sha256 = createHash("sha256").update(text).digest("hex");
  const headText = textOf(head)
    .replace(/"manifest_bytes": \d+/, `"manifest_bytes": ${Buffer.byteLength(text)}`)
    .replace(/"manifest_sha256": "[0-9a-f]{64}"/, `"manifest_sha256": "${sha256}"`);
  return putTogether([sameMember(head, headText), sameMember(manifest, text), ...others]);
}

/** Sums and tree are made anew after the forged manifest. */
function whollyForged(forgery: (text: string) => string): Buffer {
  const members = takeApart(withManifest(forgery));
  const [head, manifest] = members as [RawMember, RawMember];
  const { entries, checkpoint } = decodeManifest(Buffer.from(textOf(manifest)), "forged");
  const files = members.filter(({ header, name }) => header[156] === 48 && name.startsWith(`${id}/`));
  const sums = Buffer.from(formatSha256Sums({ entries }, id));
  const tree = entries.map((entry) => ({
    header: encodeMember(entryMember(id, entry)),
    content: entry.type === "file" ? (files.shift() as RawMember).content : Buffer.alloc(0),
    name: entry.path,
  }));
  const member = { header: encodeMember(sumsMember(checkpoint, sums.length)), content: forge({ path: "x" }, sums).content, name: "sums" };
  return putTogether([head, manifest, member, ...tree]);
}

function sameMember(member: RawMember, text: string): RawMember {
  const { content } = forge({ path: "x" }, text);
  return patch({ ...member, content }, 124, `${Buffer.byteLength(text).toString(8).padStart(10, "0")} \0`);
}

async function importBytes(change: TempChange, bytes: Buffer) {
  const path = join(tempFolder(), "archive");
  writeFileSync(path, bytes);
  return change.checkpoints.importArchive(path);
}

/** Nothing is published, nothing is left in the store or beside it, and a store that was not there is not there. */
async function expectRefused(bytes: Buffer, codes = ["ARCHIVE_INVALID"], given?: TempChange): Promise<void> {
  const change = given ?? (await tempChange({ "mine.md": "mine" }));
  await expectCode(importBytes(change, bytes), codes);
  expect(existsSync(join(change.directory, ".checkpoints"))).toBe(false);
  await change.checkpoints.create();
  const world = () => ({ all: pictureBelow(dirname(change.directory)), names: readdirSync(dirname(change.directory)) });
  const was = world();
  await expectCode(importBytes(change, bytes), codes);
  expect(world()).toEqual(was);
}

async function expectCode(call: ReturnType<Checkpoints["importArchive"]>, codes: readonly string[]): Promise<void> {
  const error = await call.then(
    () => "taken in",
    (thrown: unknown) => (thrown as StepbackError).code ?? thrown,
  );
  expect(codes).toContain(error);
}
