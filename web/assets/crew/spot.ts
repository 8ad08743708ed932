/* What this phone knows of the spot. In: the desk's word when it can be had, what was kept when not, what still waits to
   be sent. Out: checklist, answers, ticks, threads as they stand for this person, and deeds that go to the outbox. */

import { ask, Problem } from "../net";
import { keep, recall } from "./kept";
import { type Entry, type Now, Outbox } from "./outbox";

export type AnswerWord = "pass" | "fail" | "na";
export interface Item {
  item_id: string;
  words: string;
  weight: "key" | "general";
  basis: string;
  faults?: string[];
}
export interface Answered {
  item_id: string;
  place: string;
  answer: AnswerWord;
  version: number;
  sentence: string;
  note: string;
  files: string[];
  finding: boolean;
  by: string;
  at_ms: number;
  paper: boolean;
  /** It has not reached the desk yet. */
  waits?: boolean;
}
export interface Message {
  from_desk: boolean;
  name: string;
  text: string;
  files: string[];
  at_ms: number;
}
export interface Thread {
  thread_id: string;
  state: "open" | "answered";
  messages: Message[];
}
export interface SpotNow {
  episode: { id: string; number: number; title: string; state: string } | null;
  now_ms: number;
  me: string;
  may?: { answer: boolean; look: boolean };
  checklist?: { template: string; items: Item[] };
  answers?: Answered[];
  ticks?: Record<string, { at_ms: number; by: string; paper: boolean }>;
  threads?: Thread[];
  consents?: { consent_id: string; name: string; title: string; paper: boolean }[];
  held?: string[];
}

const KEPT = "spot";

export class Spot {
  known: SpotNow | null = null;
  /** Whether `known` is of now, not of before the network went. */
  fresh = false;
  readonly outbox: Outbox;
  private offset = 0;
  private readonly hearers: (() => void)[] = [];
  private asking: Promise<void> | null = null;
  private stale = false;

  constructor(private readonly signedIn: () => string, showOutbox: (now: Now) => void) {
    this.outbox = new Outbox(
      () => this.me,
      (now) => {
        showOutbox(now);
        this.tell();
      },
      () => void this.load(),
    );
  }

  /** Who works on this phone; without network whoever did last. */
  get me(): string {
    return this.signedIn() || (this.known?.me ?? "");
  }

  /** The desk's clock, as near as this phone knows it. */
  now(): number {
    return Math.round(Date.now() + this.offset);
  }

  onChange(hear: () => void): void {
    this.hearers.push(hear);
  }

  async open(): Promise<void> {
    const kept = await recall<{ known: SpotNow; offset: number }>(KEPT).catch(() => undefined);
    if (kept) [this.known, this.offset] = [kept.known, kept.offset];
    await this.outbox.open().catch(() => undefined);
    await this.load();
  }

  /** Ask the desk; what cannot be had leaves what is known. */
  async load(): Promise<void> {
    if (this.asking) {
      this.stale = true;
      return this.asking;
    }
    this.asking = this.ask().finally(() => {
      this.asking = null;
      if (!this.stale) return;
      this.stale = false;
      void this.load();
    });
    return this.asking;
  }

  private async ask(): Promise<void> {
    try {
      const reply = await ask("/api/v1/spot", { signal: AbortSignal.timeout(8000) });
      this.known = (await reply.json()) as SpotNow;
      this.fresh = true;
      this.offset = this.known.now_ms - Date.now();
      await keep(KEPT, { known: this.known, offset: this.offset });
      this.reached(true);
    } catch (error) {
      this.fresh = false;
      this.reached(error instanceof Problem);
    }
    this.tell();
  }

  /** Without the desk there is no signing in: the door is not drawn for whoever worked here last. */
  private reached(desk: boolean): void {
    const crew = document.getElementById("crew");
    if (crew) crew.dataset.offline = desk || !this.known ? "no" : "yes";
  }

  /** The answers as they will be once all that waits has arrived. */
  answers(): Answered[] {
    const all = new Map((this.known?.answers ?? []).map((each) => [`${each.place}\n${each.item_id}`, each]));
    for (const entry of this.outbox.now.waiting) {
      if (entry.path !== ANSWERS || entry.body?.episode_id !== this.known?.episode?.id) continue;
      const made = entry.body as unknown as Answered;
      all.set(`${made.place}\n${made.item_id}`, { ...made, version: made.version + 1, finding: made.answer === "fail", by: "", waits: true });
    }
    return [...all.values()];
  }

  answerOf(place: string, itemId: string): Answered | undefined {
    return this.answers().find((each) => each.place === place && each.item_id === itemId);
  }

  ticks(): Record<string, { at_ms: number; by: string; paper: boolean; waits?: boolean }> {
    const waiting = this.outbox.now.waiting.filter((each) => each.path === TICKS && each.body?.episode_id === this.known?.episode?.id);
    const mine = waiting.map((each) => [String(each.body?.tick), { at_ms: Number(each.body?.at_ms), by: "", paper: Boolean(each.body?.paper), waits: true }] as const);
    return { ...Object.fromEntries(mine), ...this.known?.ticks };
  }

  /** A deed of the present episode. Throws `OutboxFull`. */
  async put(path: string, said: string, body: Record<string, unknown>, id?: string): Promise<string> {
    const whole = { episode_id: this.known?.episode?.id ?? "", at_ms: this.now(), ...body };
    return this.outbox.put({ path, said, body: whole, ...(id ? { id } : {}) });
  }

  /** A file of the present episode; answers its id, which an answer may name at once. */
  async putFile(file: Blob, sha256: string, said: string, more: Record<string, string>): Promise<string> {
    const query = new URLSearchParams({ episode_id: this.known?.episode?.id ?? "", at_ms: String(this.now()), ...more });
    return this.outbox.put({ path: `/api/v1/spot/files?${query}`, said, file, headers: { "X-Sha256": sha256 } });
  }

  private tell(): void {
    for (const hear of this.hearers) hear();
  }
}

export const ANSWERS = "/api/v1/spot/answers";
export const TICKS = "/api/v1/spot/ticks";
export const NOTES = "/api/v1/spot/notes";
export const ASKS = "/api/v1/spot/asks";
export const CONSENTS = "/api/v1/spot/consents";

export function waitingAsks(entries: Entry[]): Message[] {
  return entries
    .filter((each) => each.path === ASKS)
    .map((each) => ({ from_desk: false, name: "", text: String(each.body?.text ?? ""), files: (each.body?.files as string[] | undefined) ?? [], at_ms: Number(each.body?.at_ms) }));
}
