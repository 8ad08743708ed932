/* DUMP, KILL and restore under their covers. In: presses held long enough, `status`. Out: one deed a press; what the public
   sees because of it, and until when. A press let go too early does nothing; a cover closes by itself. */

import { deed, refusal } from "../deeds";
import { say, texts, toast } from "../ui";

export interface Edit {
  edit_id: string;
  kind: "dump" | "kill";
  from_utc_ns: number;
  to_utc_ns?: number | null;
  recalled?: boolean;
}
export interface Cutting {
  delay_s: number;
  utc_ns: number;
  public: "off" | "slate" | "program" | "black";
  why?: string;
  edits?: Edit[];
}

const t = texts();
const OPEN_MS = 8_000;
const TWICE_MS = 5_000;
const KEYS: Record<string, string> = { KeyD: '[data-press="dump"]:not([data-seconds])', KeyL: '[data-press="dump"][data-seconds]', KeyK: '[data-press="kill"]' };
let holding: { button: HTMLElement; since: number; key: string } | null = null;
let closing: number | undefined;
let armed: { button: HTMLElement; at: number } | null = null;
let touched = 0;

function guardOf(of: Element): HTMLElement | null {
  return of.closest<HTMLElement>(".guard");
}

function lift(guard: HTMLElement | null, up: boolean): void {
  const lid = guard?.querySelector<HTMLElement>("[data-lift]");
  const under = guard?.querySelector<HTMLElement>(".under");
  if (!guard || !lid || !under || guard.classList.contains("is-killed")) return;
  guard.classList.toggle("is-open", up);
  lid.setAttribute("aria-expanded", String(up));
  under.hidden = !up;
  clearTimeout(closing);
  if (up) closing = window.setTimeout(() => closeAll(), OPEN_MS);
}

function closeAll(): void {
  if (holding) {
    closing = window.setTimeout(closeAll, OPEN_MS);
    return;
  }
  for (const guard of document.querySelectorAll<HTMLElement>(".guard.is-open")) {
    const inside = guard.contains(document.activeElement);
    lift(guard, false);
    if (inside) guard.querySelector<HTMLElement>("[data-lift]")?.focus();
  }
}

function hold(button: HTMLElement, key: string): void {
  if (holding || button.hasAttribute("aria-busy")) return;
  holding = { button, since: performance.now(), key };
  button.classList.add("is-held");
  say(t.hold_on ?? "");
  requestAnimationFrame(holdOn);
}

function holdOn(now: number): void {
  if (!holding) return;
  const { button, since } = holding;
  const part = Math.min(1, (now - since) / Number(button.dataset.hold ?? 1000));
  button.style.setProperty("--held", `${part * 100}%`);
  if (part < 1) requestAnimationFrame(holdOn);
  else {
    release();
    void fire(button);
  }
}

function release(): void {
  const button = holding?.button;
  holding = null;
  button?.classList.remove("is-held");
  button?.style.setProperty("--held", "0%");
}

function letGo(): void {
  if (!holding) return;
  release();
  say(t.hold_more ?? "");
}

async function fire(button: HTMLElement): Promise<void> {
  const what = button.dataset.press ?? "";
  const why = document.querySelector<HTMLSelectElement>("#cut-why");
  const body: Record<string, unknown> = { reason: why?.value ?? "" };
  if (button.dataset.seconds) body.seconds = Number(button.dataset.seconds);
  button.setAttribute("aria-busy", "true");
  try {
    await deed(`/api/v1/playout/${what}`, body);
    toast(t[`done_${what}`] ?? "");
    if (why) why.value = "";
    button.removeAttribute("aria-busy");
    closeAll();
  } catch (error) {
    toast(refusal(error), "alarm");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** A screen reader's press is a click without a hand: the second one within a few seconds counts. */
function clicked(button: HTMLElement, event: MouseEvent): void {
  if (event.detail !== 0 || performance.now() - touched < 700) return;
  if (armed?.button === button && performance.now() - armed.at < TWICE_MS) {
    armed = null;
    void fire(button);
    return;
  }
  armed = { button, at: performance.now() };
  toast(t.twice ?? "");
}

export function listenForGuards(): void {
  document.addEventListener("pointerdown", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-press]");
    if (!button || event.button !== 0) return;
    touched = performance.now();
    button.setPointerCapture?.(event.pointerId);
    hold(button, "");
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => holding && !holding.key && (touched = performance.now(), letGo()));
  document.addEventListener("contextmenu", (event) => (event.target as Element).closest("[data-press]") && event.preventDefault());
  window.addEventListener("blur", letGo);
  document.addEventListener("click", (event) => {
    const from = event.target as Element;
    const lid = from.closest<HTMLElement>("[data-lift]");
    const press = from.closest<HTMLElement>("[data-press]");
    if (press) clicked(press, event);
    else if (lid) {
      const guard = guardOf(lid);
      const up = !guard?.classList.contains("is-open");
      lift(guard, up);
      if (up) guard?.querySelector<HTMLElement>(".under:not([hidden]) [data-press]")?.focus();
    }
  });
  document.addEventListener("keydown", keyDown);
  document.addEventListener("keyup", (event) => {
    if (holding?.key && (event.code === holding.key || event.key === "Shift")) letGo();
    if ((event.target as Element).closest?.("[data-press]")) touched = performance.now();
  });
  document.querySelector("#delay-new")?.addEventListener("input", hintDelay);
}

function keyDown(event: KeyboardEvent): void {
  const where = event.target as Element;
  const press = where.closest<HTMLElement>("[data-press]");
  if (press && (event.code === "Space" || event.code === "Enter")) {
    event.preventDefault();
    event.stopPropagation();
    touched = performance.now();
    if (!event.repeat) hold(press, event.code);
  } else if (event.code === "Escape" && document.querySelector(".guard.is-open")) {
    letGo();
    closeAll();
  } else if (event.shiftKey && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.code]) {
    if (where.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    const button = document.querySelector<HTMLElement>(KEYS[event.code] ?? "");
    if (!button) return;
    event.preventDefault();
    lift(guardOf(button), true);
    if (button.offsetParent) hold(button, event.code);
  }
}

/** The newest edit that called back what had been sent. */
export function calledBack(playout: Cutting | null): string {
  return (playout?.edits ?? []).filter((edit) => edit.recalled).at(-1)?.edit_id ?? "";
}

let delayNow = 0;

function hintDelay(): void {
  const field = document.querySelector<HTMLInputElement>("#delay-new");
  const hint = document.getElementById("delay-hint");
  if (!field || !hint) return;
  const wanted = Number(field.value);
  const more = Math.round((wanted - delayNow) * 10) / 10;
  const said = field.value === "" || more === 0 ? "" : more > 0 ? t.delay_longer : t.delay_shorter;
  hint.textContent = (said ?? "").replace("%s", String(Math.abs(more)));
}

/** What the public sees because of an edit, as it comes and while it lasts. */
export function showGuards(playout: Cutting | null): void {
  delayNow = playout?.delay_s ?? delayNow;
  const black = playout?.public === "black" || (playout?.edits ?? []).some((edit) => edit.kind === "kill" && edit.to_utc_ns == null);
  const guard = document.querySelector<HTMLElement>('[data-guard="kill"]');
  if (guard && guard.classList.contains("is-killed") !== black) {
    lift(guard, false);
    guard.classList.toggle("is-killed", black);
    const [kill, restore] = guard.querySelectorAll<HTMLElement>(".under");
    if (kill) kill.hidden = true;
    if (restore) restore.hidden = !black;
    guard.querySelector<HTMLElement>("[data-lift]")?.toggleAttribute("hidden", black);
  }
  const line = document.getElementById("cut-now");
  const words = playout ? said(playout, black) : "";
  if (line) {
    line.hidden = !words;
    const place = line.querySelector("span");
    if (place && place.textContent !== words) place.textContent = words;
  }
  showHoles(playout);
}

function said(playout: Cutting, black: boolean): string {
  if (black) return t.cut_black ?? "";
  const late = playout.delay_s * 1e9;
  for (const edit of [...(playout.edits ?? [])].reverse()) {
    const to = edit.to_utc_ns;
    if (to == null || to + late < playout.utc_ns) continue;
    const soon = edit.kind === "dump" && playout.public === "program" && edit.from_utc_ns + late > playout.utc_ns;
    return ((soon ? t.cut_soon : t.cut_slate) ?? "").replace("%from", clock(edit.from_utc_ns + late)).replace("%to", clock(to + late));
  }
  return playout.public === "slate" && (playout.why === "dump" || playout.why === "kill") ? (t.cut_key ?? "") : "";
}

function clock(utcNs: number): string {
  const day = new Date(utcNs / 1e6);
  return [day.getHours(), day.getMinutes(), day.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

/** The stretches taken out, on the delay's meter: left is the public, right is the scene. */
function showHoles(playout: Cutting | null): void {
  const meter = document.getElementById("delay-meter");
  if (!meter) return;
  const late = (playout?.delay_s ?? 0) * 1e9;
  const now = playout?.utc_ns ?? 0;
  const holes = late > 0 ? (playout?.edits ?? []).filter((edit) => (edit.to_utc_ns ?? now) > now - late && edit.from_utc_ns < now) : [];
  const marks = [...meter.querySelectorAll<HTMLElement>("u")];
  while (marks.length < holes.length) marks.push(meter.appendChild(document.createElement("u")));
  marks.forEach((mark, index) => {
    const hole = holes[index];
    mark.hidden = !hole;
    if (!hole) return;
    const at = (utcNs: number): number => Math.max(0, Math.min(100, ((utcNs - (now - late)) / late) * 100));
    mark.style.setProperty("--from", `${at(hole.from_utc_ns)}%`);
    mark.style.setProperty("--to", `${100 - at(hole.to_utc_ns ?? now)}%`);
  });
}
