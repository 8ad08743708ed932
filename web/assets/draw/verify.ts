/* Runs a draw again in the browser. In: a proof (docs/protocol/draw.md). Out: each step, whether it holds.
   The same steps as `daylight draw verify`; nothing is asked of the desk meanwhile. */

import { sha256 } from "./hash";

export interface Opening {
  salt: string;
  id: string;
  name: string;
}
export interface Result {
  stratum: number;
  rank: number;
  ticket: string;
  leaf: string;
  outcome: "sealed" | "revealed" | "passed" | "again";
  reason: string;
  opening: Opening | null;
}
export interface Proof {
  committed: string;
  committed_utc_ns: number;
  terms: string;
  pool: string;
  value: string;
  signature: string;
  shares: [string, string];
  results: Result[];
}
interface Terms {
  pool: string;
  locks: [string, string];
  source: { kind: string; at_utc_ns: number };
  strata: { name: string; candidates: number; tickets: number; draws: number }[];
  poll: { options: { stratum: string }[] } | null;
}

export type Step = "terms" | "pool" | "shares" | "value" | "lowest" | "opened" | "places";
const AT_ONCE = 2000;
const LEAST_PER_OPTION = 30;

export async function seedOf(proof: Proof): Promise<string> {
  const secret = await sha256(`daylight.draw.secret.v1 ${proof.shares[0]} ${proof.shares[1]}\n`);
  return sha256(`daylight.draw.seed.v1 ${await sha256(proof.pool)} ${proof.value} ${secret}\n`);
}

function poolHolds(lines: string[], terms: Terms): boolean {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line.slice(0, line.indexOf(" ")), (counts.get(line.slice(0, line.indexOf(" "))) ?? 0) + 1);
  const sorted = lines.every((line, at) => at === 0 || (lines[at - 1] ?? "") < line);
  const counted = terms.strata.every((each, at) => (counts.get(String(at + 1)) ?? 0) === each.tickets);
  const sizes = new Map(terms.strata.map((each) => [each.name, each.candidates]));
  const enough = !terms.poll || terms.poll.options.every((each) => (sizes.get(each.stratum) ?? 0) >= LEAST_PER_OPTION);
  return sorted && counted && counts.size === terms.strata.length && enough;
}

async function lowest(lines: string[], seed: string, stratum: number, count: number, onPart: (done: number) => void): Promise<{ hash: string; leaf: string }[]> {
  const mine = lines.filter((line) => line.startsWith(`${stratum} `));
  let best: { hash: string; leaf: string }[] = [];
  for (let at = 0; at < mine.length; at += AT_ONCE) {
    const part = mine.slice(at, at + AT_ONCE);
    const hashes = await Promise.all(part.map((line) => sha256(`daylight.draw.ticket.v1 ${seed} ${line}\n`)));
    best.push(...hashes.map((hash, n) => ({ hash, leaf: (part[n] ?? "").split(" ")[1] ?? "" })));
    best = best.sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, count);
    onPart(part.length);
  }
  return best;
}

async function openings(results: Result[]): Promise<boolean> {
  const opened = new Set<string>();
  let closed = false;
  for (const each of results) {
    const { opening } = each;
    if (each.outcome === "revealed" && !opening) return false;
    if (each.outcome === "passed" && !each.reason) return false;
    if (each.outcome === "again" && !(opening ? opened.has(opening.id) : closed)) return false;
    if (opening) {
      if ((await sha256(`daylight.draw.leaf.v1 ${opening.salt} ${opening.id} ${opening.name}\n`)) !== each.leaf) return false;
      opened.add(opening.id);
    }
    closed ||= each.outcome === "sealed" || each.outcome === "passed";
  }
  return true;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

async function valueHolds(proof: Proof, terms: Terms): Promise<boolean> {
  if (terms.source.at_utc_ns <= proof.committed_utc_ns) return false;
  return terms.source.kind !== "drand" || (await sha256(bytesOf(proof.signature))) === proof.value;
}

/** `said` hears each step as it is done, `onPart` the share of tickets worked out. */
export async function verify(proof: Proof, published: string, said: (step: Step, holds: boolean) => void, onPart: (share: number) => void): Promise<boolean> {
  const terms = JSON.parse(proof.terms) as Terms;
  const lines = proof.pool.split("\n").slice(0, -1);
  let holds = true;
  const tell = (step: Step, good: boolean): void => {
    holds &&= good;
    said(step, good);
  };
  tell("terms", (await sha256(proof.terms)) === published && proof.committed === published);
  tell("pool", (await sha256(proof.pool)) === terms.pool && poolHolds(lines, terms));
  const locks = await Promise.all(proof.shares.map((share) => sha256(`daylight.draw.share.v1 ${share}\n`)));
  tell("shares", locks[0] === terms.locks[0] && locks[1] === terms.locks[1]);
  tell("value", await valueHolds(proof, terms));
  const seed = await seedOf(proof);
  let done = 0;
  let order = true;
  let opened = true;
  let counted = proof.results.every((each) => each.stratum >= 1 && each.stratum <= terms.strata.length);
  for (const [at, stratum] of terms.strata.entries()) {
    const results = proof.results.filter((each) => each.stratum === at + 1);
    const best = await lowest(lines, seed, at + 1, results.length, (part) => onPart((done += part) / lines.length));
    order &&= best.length === results.length && results.every((each, n) => each.rank === n + 1 && each.ticket === best[n]?.hash && each.leaf === best[n]?.leaf);
    opened &&= await openings(results);
    const standing = results.filter((each) => each.outcome === "sealed" || each.outcome === "revealed").length;
    const passed = results.filter((each) => each.outcome === "passed").length;
    counted &&= standing <= stratum.draws && standing + passed >= stratum.draws;
  }
  tell("lowest", order);
  tell("opened", opened);
  tell("places", counted);
  return holds;
}
