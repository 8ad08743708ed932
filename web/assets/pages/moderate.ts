// /moderate: one queue, keyboard first. The server says what is in it; this page says what is selected.
import { deed, listenForDeeds } from "../deeds";
import { connect, morph, on } from "../live";
import { ask, post, Problem } from "../net";
import { toast } from "../ui";

interface Texts {
  failed: string;
  done: Record<string, string>;
  nothing_undo: string;
  nothing_screen: string;
  nothing_clear: string;
  seconds: string;
  minutes: string;
}
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}") as Texts;
const PARTS = ["bar", "queue", "context", "foot"] as const;
const KEYS: Record<string, string> = { a: "approve", r: "hide", h: "hold", q: "question", t: "tip" };
let selected = current();
let busy = false;
let again = false;
let wanted: ReturnType<typeof setTimeout> | undefined;

function current(): string {
  return document.querySelector<HTMLElement>(".it.sel")?.dataset.item ?? "";
}

function order(): string[] {
  return [...document.querySelectorAll<HTMLElement>("[data-item]")].map((each) => each.dataset.item ?? "");
}

/** The queue anew, at most four times a second however fast it moves. */
function soon(): void {
  wanted ??= setTimeout(() => {
    wanted = undefined;
    void reload();
  }, 250);
}

async function reload(): Promise<void> {
  if (busy) return void (again = true);
  busy = true;
  try {
    const asked = selected;
    const place = order().indexOf(asked);
    const answer = await ask(`/moderate/queue?selected=${encodeURIComponent(asked)}`);
    const parts = (await answer.json()) as Record<string, string>;
    // The moderator went on meanwhile: this answer opens the wrong item, the next one is right.
    if (asked !== selected) return void (again = true);
    for (const name of PARTS) {
      const target = document.getElementById(name);
      if (target) morph(target, parts[name] ?? "");
    }
    settle(place);
  } catch {
    // the socket's own retry brings the next news
  } finally {
    busy = false;
    clocks();
    if (again) {
      again = false;
      soon();
    }
  }
}

/** What was selected is gone: the one now in its place is next. */
function settle(place: number): void {
  const now = current();
  if (!now || now === selected) return;
  const all = order();
  const next = all[Math.min(Math.max(place, 0), all.length - 1)] ?? now;
  selected = next;
  void claim();
  if (next !== now) soon();
}

async function claim(): Promise<void> {
  if (!selected) return;
  await ask(`/moderate/${encodeURIComponent(selected)}/claim`, { method: "POST" }).catch(() => undefined);
}

async function select(id: string): Promise<void> {
  if (!id || id === selected) return;
  selected = id;
  await claim();
  await reload();
  document.querySelector<HTMLElement>(".it.sel")?.scrollIntoView({ block: "nearest" });
}

async function perform(said: string, act: () => Promise<unknown>): Promise<void> {
  let told: string;
  try {
    const answer = (await act()) as { first_yes?: boolean } | undefined;
    told = (answer?.first_yes ? texts.done.first_yes : texts.done[said]) ?? "";
  } catch (error) {
    told = error instanceof Problem ? error.message : texts.failed;
  }
  document.getElementById("toasts")?.replaceChildren();
  if (told) toast(told);
  await reload();
}

function decide(act: string): void {
  const button = document.querySelector<HTMLButtonElement>(`.it.sel [data-act="${act}"]`);
  if (!button || button.disabled) return;
  const id = selected;
  const all = order();
  const place = all.indexOf(id);
  const next = all[place + 1] ?? all[place - 1] ?? "";
  void perform(act, async () => {
    const answer = await post(`/moderate/${encodeURIComponent(id)}/decide`, { act });
    // What waits on for a colleague moves to the end; this pair of eyes goes on.
    if (selected === id && next) {
      selected = next;
      void claim();
    }
    return answer;
  });
}

function undo(): void {
  const id = document.getElementById("undo")?.dataset.undo;
  if (!id) return toast(texts.nothing_undo);
  selected = id;
  void perform("undo", () => post(`/moderate/${encodeURIComponent(id)}/undo`));
}

function question(stage: string): string {
  return document.querySelector<HTMLElement>(`[data-stage="${stage}"]`)?.dataset.question ?? "";
}

function screen(id = question("approved")): void {
  if (!id) return toast(texts.nothing_screen);
  void perform("screen", () => deed(`/moderate/questions/${encodeURIComponent(id)}/screen`));
}

function clear(id = question("on_screen"), answered = true): void {
  if (!id) return toast(texts.nothing_clear);
  void perform("clear", () => deed(`/moderate/questions/${encodeURIComponent(id)}/clear`, { answered }));
}

function mode(value: string): void {
  void perform("", () => post("/moderate/mode", { mode: value }));
}

function step(by: number): void {
  const all = order();
  void select(all[Math.min(Math.max(all.indexOf(selected) + by, 0), all.length - 1)] ?? "");
}

function arrows(event: KeyboardEvent): boolean {
  const here = (event.target as Element).closest<HTMLElement>("[data-mode]");
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!here || !by) return false;
  const all = [...document.querySelectorAll<HTMLElement>("[data-mode]")];
  const next = all[(all.indexOf(here) + by + all.length) % all.length];
  next?.focus();
  next?.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if ((event.target as Element).closest("input, textarea, select")) return;
  if (arrows(event)) return event.preventDefault();
  const key = event.key.toLowerCase();
  const act = KEYS[key];
  if (event.repeat && !["j", "k"].includes(key)) return;
  const doing: Record<string, () => void> = {
    j: () => step(1),
    k: () => step(-1),
    z: undo,
    s: () => screen(),
    c: () => clear(),
  };
  if (!act && !doing[key]) return;
  event.preventDefault();
  if (act) decide(act);
  else doing[key]?.();
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const act = target.closest<HTMLElement>("[data-act]");
  const asked = target.closest<HTMLElement>("[data-question]")?.dataset.question;
  const chosen = target.closest<HTMLElement>("[data-mode]");
  const off = target.closest<HTMLElement>("[data-clear]");
  if (act) return decide(act.dataset.act ?? "");
  if (chosen) return mode(chosen.dataset.mode ?? "");
  if (off) return clear(asked, off.dataset.clear === "1");
  if (target.closest("[data-screen]")) return screen(asked);
  const item = target.closest<HTMLElement>("[data-item]");
  if (item) void select(item.dataset.item ?? "");
});

/** Waits count on by themselves. */
function clocks(): void {
  const now = Date.now();
  for (const place of document.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Number(place.dataset.since) / 1e6;
    if (!since) continue;
    const s = Math.max(0, Math.floor((now - since) / 1000));
    const text = s < 100 ? texts.seconds : texts.minutes;
    place.textContent = text.replace("{count}", String(s < 100 ? s : Math.floor(s / 60)));
  }
}

on("queue", soon);
on("refreshed", soon);
on("link", (message) => {
  if (message.state === "open") soon();
});
void claim();
clocks();
setInterval(clocks, 1000);
setInterval(() => void claim(), 12_000);
connect(["moderate"]);

// Going on and off duty; everything else on this page has its own keys and buttons.
listenForDeeds({ reload: () => location.reload() });
