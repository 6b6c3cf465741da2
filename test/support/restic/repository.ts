import { execFileSync } from "node:child_process";
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HistoryPoint } from "./random-cases.js";

interface MasterKey {
  mac: { k: string; r: string };
  encrypt: string;
}

interface ForgetGroup {
  host: string;
  keep: { time: string }[] | null;
}

/** A restic repository whose snapshots are written by hand: restic itself takes most of a second for each. */
export class ResticRepository {
  readonly #folder: string;
  readonly #key: MasterKey;

  constructor(folder: string) {
    this.#folder = folder;
    this.#restic("UTC", ["init", "--quiet"]);
    this.#key = JSON.parse(this.#restic("UTC", ["cat", "masterkey"])) as MasterKey;
  }

  /** Makes these histories the snapshots of the repository, each of a host of its own. The times are local ones of the process's zone. */
  setHistories(histories: readonly (readonly HistoryPoint[])[]): void {
    const snapshots = join(this.#folder, "repository", "snapshots");
    rmSync(snapshots, { recursive: true });
    mkdirSync(snapshots);
    for (const [number, history] of histories.entries()) {
      for (const { at, tags } of history) {
        const text = JSON.stringify({ time: localTime(at), tree: "0".repeat(64), paths: ["/x"], hostname: `h${number}`, tags });
        const file = this.#seal(Buffer.from(text));
        writeFileSync(join(snapshots, createHash("sha256").update(file).digest("hex")), file);
      }
    }
  }

  /** The times that `restic forget` keeps of each history, in seconds since the epoch. */
  forget(zone: string, options: readonly string[]): Map<number, Set<number>> {
    const answer = this.#restic(zone, ["forget", "--dry-run", "--json", "--no-lock", "--group-by", "host", ...options]);
    const groups = JSON.parse(answer) as ForgetGroup[];
    return new Map(
      groups.map(({ host, keep }) => [Number(host.slice(1)), new Set((keep ?? []).map(({ time }) => Date.parse(time) / 1000))]),
    );
  }

  #restic(zone: string, args: readonly string[]): string {
    const places = { RESTIC_REPOSITORY: join(this.#folder, "repository"), RESTIC_CACHE_DIR: join(this.#folder, "cache") };
    const env = { ...process.env, ...places, RESTIC_PASSWORD: "x", TZ: zone };
    return execFileSync("restic", args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
  }

  /** AES-256 in counter mode, then Poly1305-AES over the cipher text. */
  #seal(text: Buffer): Buffer {
    const nonce = randomBytes(16);
    const cipher = createCipheriv("aes-256-ctr", Buffer.from(this.#key.encrypt, "base64"), nonce);
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([nonce, sealed, poly1305Aes(sealed, nonce, this.#key.mac)]);
  }
}

const POLY_PRIME = (1n << 130n) - 5n;

function poly1305Aes(message: Buffer, nonce: Buffer, { k, r }: MasterKey["mac"]): Buffer {
  const block = createCipheriv("aes-128-ecb", Buffer.from(k, "base64"), null).setAutoPadding(false);
  const pad = littleEndian(block.update(nonce));
  const factor = littleEndian(Buffer.from(r, "base64")) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const part = message.subarray(at, at + 16);
    sum = ((sum + littleEndian(part) + (1n << BigInt(part.length * 8))) * factor) % POLY_PRIME;
  }
  const hex = ((sum + pad) % (1n << 128n)).toString(16).padStart(32, "0");
  return Buffer.from(hex, "hex").reverse();
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}

/** Go takes a time for one of its zone when the offset is the one of the zone then. */
function localTime(at: number): string {
  const minutes = -new Date(at * 1000).getTimezoneOffset();
  const local = new Date(at * 1000 + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, "0"));
  return `${local}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}
