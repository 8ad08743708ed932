// A receipt in the browser: drawn here, turned into keys here. The same sums as tips/receipt.py; a test compares.
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";

const ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const DOMAIN = "daylight tip receipt 1 ";
const utf8 = new TextEncoder();

export interface Word {
  word: string;
  reading: string;
}
export interface Table {
  first: [string, string][];
  second: [string, string][];
}
export interface Keys {
  auth: string;
  verifier: string;
  identity: string;
  recipient: string;
}

/** The page's table of words. */
export function table(): Table {
  return JSON.parse(document.getElementById("word-table")?.textContent ?? "{}") as Table;
}

function wordAt(words: Table, index: number): Word {
  const a = words.first[index >> 6] ?? ["", ""];
  const b = words.second[index & 63] ?? ["", ""];
  return { word: a[0] + b[0], reading: a[1] + b[1] };
}

/** `count` words of 12 bits each, from the browser's own chance. */
export function draw(words: Table, count: number): Word[] {
  const chance = crypto.getRandomValues(new Uint16Array(count));
  return Array.from(chance, (value) => wordAt(words, value & 4095)); // 65536 is 16 × 4096: no bias
}

/** Eight letters that are not mistaken for one another. */
export function drawId(): string {
  let made = "";
  while (made.length < 8) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 240) made += ID_LETTERS[byte % ID_LETTERS.length];
  }
  return `${made.slice(0, 4)}-${made.slice(4)}`;
}

export function readId(written: string): string | null {
  const letters = written.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const ok = letters.length === 8 && [...letters].every((one) => ID_LETTERS.includes(one));
  return ok ? `${letters.slice(0, 4)}-${letters.slice(4)}` : null;
}

/** A word as written, in characters or in pinyin; null when it is none of ours. */
export function known(words: Table, written: string): Word | null {
  const wanted = written.trim().toLowerCase().replace(/[\s'’-]/g, "");
  for (let index = 0; index < 4096; index++) {
    const one = wordAt(words, index);
    if (one.word === wanted || one.reading === wanted) return one;
  }
  return null;
}

/** Words parted by anything; a number is the place of the first that is none of ours. */
export function parse(words: Table, written: string, count: number): Word[] | number {
  let parts = written.toLowerCase().split(/[^a-z\u4e00-\u9fff]+/).filter(Boolean);
  const whole = parts[0] ?? "";
  if (parts.length === 1 && whole.length === 2 * count && !/[a-z]/.test(whole)) parts = whole.match(/../g) ?? [];
  const found: Word[] = [];
  for (const part of parts) {
    const one = known(words, part);
    if (!one) return found.length + 1;
    found.push(one);
  }
  return found;
}

/** Words to keys: slow on purpose, about a second on a phone; lets the page breathe. */
export async function derive(publicId: string, words: Word[]): Promise<Keys> {
  const secret = utf8.encode(words.map((one) => one.word).join(" "));
  const salt = sha256(utf8.encode(DOMAIN + publicId)).slice(0, 16);
  const raw = await argon2idAsync(secret, salt, { m: 19_456, t: 2, p: 1, dkLen: 64 });
  const auth = bytesToHex(raw.slice(0, 32));
  const identity = bech32.encodeFromBytes("age-secret-key-", raw.slice(32)).toUpperCase();
  return {
    auth,
    verifier: bytesToHex(sha256(utf8.encode(DOMAIN + auth))),
    identity,
    recipient: await identityToRecipient(identity),
  };
}
