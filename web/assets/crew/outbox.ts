/* What was done and is not yet at the desk (ADR 24). In: deeds with ids of our making. Out: each sent once, in order,
   when the network and the session allow; a count of what waits; what the desk refused, with its words, until a person
   decides. Nothing is ever dropped by itself: a full outbox refuses the next entry and says so. */

import { commandId } from "../deeds";
import { refresh } from "../live";
import { ask, Problem } from "../net";
import { inStore } from "./kept";

export const MOST_ENTRIES = 400;
export const MOST_BYTES = 150 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];
const TRIES = 3;

export interface Entry {
  n?: number;
  id: string;
  path: string;
  body: Record<string, unknown> | null;
  file: Blob | null;
  headers: Record<string, string>;
  who: string;
  made: number;
  /** How it is called where a person reads of it. */
  said: string;
  refused?: { code: string; words: string };
  tries?: number;
}
export type Standing = "idle" | "sending" | "offline" | "sign_in";
export interface Now {
  standing: Standing;
  waiting: Entry[];
  refused: Entry[];
  /** Somebody else's, who has to sign in on this phone. */
  others: number;
}
type Sent = (entry: Entry, answer: Record<string, unknown>) => void;

export class OutboxFull extends Error {}

export class Outbox {
  standing: Standing = "idle";
  private entries: Entry[] = [];
  private busy = false;
  private again = false;
  private failures = 0;
  private timer = 0;

  constructor(
    private readonly me: () => string,
    private readonly changed: (now: Now) => void,
    private readonly sent: Sent,
  ) {
    addEventListener("online", () => void this.send());
    document.addEventListener("visibilitychange", () => void (document.visibilityState === "visible" && this.send()));
  }

  /** Read what an earlier page left, and go on with it. */
  async open(): Promise<void> {
    this.entries = await inStore<Entry[]>("outbox", "readonly", (store) => store.getAll());
    if (this.entries.length) void navigator.storage?.persist?.();
    this.tell();
    void this.send();
  }

  get now(): Now {
    const mine = this.entries.filter((each) => each.who === this.me());
    return {
      standing: this.standing,
      waiting: mine.filter((each) => !each.refused),
      refused: mine.filter((each) => each.refused),
      others: this.entries.length - mine.length,
    };
  }

  /** Keep a deed on the disk, then send what waits. Throws `OutboxFull` when there is no room for it. */
  async put(entry: { path: string; body?: Record<string, unknown>; file?: Blob; headers?: Record<string, string>; said: string; id?: string }): Promise<string> {
    const size = this.entries.reduce((sum, each) => sum + (each.file?.size ?? 0), 0) + (entry.file?.size ?? 0);
    if (this.entries.length >= MOST_ENTRIES || size > MOST_BYTES) throw new OutboxFull();
    const made: Entry = {
      id: entry.id ?? commandId(),
      path: entry.path,
      body: entry.body ?? null,
      file: entry.file ?? null,
      headers: entry.headers ?? {},
      who: this.me(),
      made: Date.now(),
      said: entry.said,
    };
    try {
      made.n = Number(await inStore("outbox", "readwrite", (store) => store.add(made)));
    } catch (error) {
      if ((error as DOMException).name === "QuotaExceededError") throw new OutboxFull();
      throw error;
    }
    this.entries.push(made);
    if (this.entries.length === 1) void navigator.storage?.persist?.();
    this.tell();
    void this.send();
    return made.id;
  }

  /** A person read why it was refused and does without it. */
  async drop(n: number): Promise<void> {
    await inStore("outbox", "readwrite", (store) => store.delete(n));
    this.entries = this.entries.filter((each) => each.n !== n);
    this.tell();
  }

  /** Send a refused one once more, as it is. */
  async retry(n: number): Promise<void> {
    const entry = this.entries.find((each) => each.n === n);
    if (!entry) return;
    delete entry.refused;
    await this.store(entry);
    this.tell();
    void this.send();
  }

  /** Everything that waits, in order; stops at the first that cannot go now. One page of this phone at a time. */
  async send(): Promise<void> {
    if (this.busy) return void (this.again = true);
    this.busy = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        if (navigator.locks) await navigator.locks.request("daylight-outbox", () => this.sendAll());
        else await this.sendAll();
      } while (this.again && this.standing !== "offline");
    } finally {
      this.busy = false;
      this.tell();
    }
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const entry = this.now.waiting[0];
      if (!entry || entry.n === undefined) return this.stand("idle");
      // Another page of this phone may have sent it while we waited for the lock.
      const there = await inStore<Entry | undefined>("outbox", "readonly", (store) => store.get(entry.n ?? 0));
      if (!there) {
        this.entries = this.entries.filter((each) => each !== entry);
        continue;
      }
      this.stand("sending");
      if (!(await this.sendOne(entry))) return;
    }
  }

  /** False: not now. */
  private async sendOne(entry: Entry): Promise<boolean> {
    try {
      const answer = await ask(entry.path, {
        method: "POST",
        ...(entry.file ? { body: entry.file } : { json: entry.body ?? {} }),
        headers: { "X-Command-Id": entry.id, ...(entry.file ? { "Content-Type": entry.file.type } : {}), ...entry.headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
      await this.drop(entry.n ?? 0);
      this.failures = 0;
      this.sent(entry, said);
      return true;
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500 || error.status === 429) return this.later();
      return this.refused(entry, error);
    }
  }

  private async refused(entry: Entry, why: Problem): Promise<boolean> {
    if (why.status === 401) {
      this.stand("sign_in");
      return false;
    }
    const mends = why.code === "csrf" || why.code === "file_hash";
    if (mends && (entry.tries ?? 0) < TRIES) {
      entry.tries = (entry.tries ?? 0) + 1;
      if (why.code === "csrf") await refresh(); // this page was opened before somebody signed in
      return true;
    }
    entry.refused = { code: why.code, words: why.message };
    await this.store(entry);
    this.tell();
    return true;
  }

  private later(): boolean {
    this.stand("offline");
    const wait = WAITS_MS[Math.min(this.failures++, WAITS_MS.length - 1)] ?? 15_000;
    this.timer = window.setTimeout(() => void this.send(), wait);
    return false;
  }

  private async store(entry: Entry): Promise<void> {
    await inStore("outbox", "readwrite", (store) => store.put(entry));
  }

  private stand(standing: Standing): void {
    if (this.standing === standing) return;
    this.standing = standing;
    this.tell();
  }

  private tell(): void {
    this.changed(this.now);
  }
}
