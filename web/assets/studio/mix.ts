/* Layout, dissolve, freeze, hold card, sound and clips. In: `status` messages, presses and keys. Out: deeds; the panel shows
   what the studio says is on, never what was asked for. */

import { deed, refusal } from "../deeds";
import { texts, toast } from "../ui";

interface Mix {
  on_air: string;
  cued: string;
  layout: "full" | "two_up" | "pip";
  second: string;
  reason: string;
  frozen_s: number;
  fps_wanted: number;
  heard: string;
  sound: { mic?: string; muted?: string[]; gains_db?: Record<string, number> };
  clips: { clip_id: string; playing: boolean; seconds: number; left_s: number }[];
}
/** As it comes: what has its usual value is left out. */
export type MixNow = Partial<Mix> & Pick<Mix, "on_air" | "cued">;
const USUAL: Omit<Mix, "on_air" | "cued"> = { layout: "full", second: "", reason: "", frozen_s: 0, fps_wanted: 0, heard: "", sound: {}, clips: [] };

const t = texts();
let now: Mix | null = null;
let fastest = 0;
let dissolves = false;

const $ = <E extends HTMLElement>(id: string): E | null => document.getElementById(id) as E | null;
const value = (id: string): string => $<HTMLSelectElement>(id)?.value ?? "";

/** How the next take comes: pages/studio.ts asks at every cut. */
export function transition(): "cut" | "dissolve" {
  return dissolves ? "dissolve" : "cut";
}

async function tell(path: string, body: Record<string, unknown>): Promise<void> {
  await deed(`/api/v1/studio/${path}`, body).catch((error: unknown) => toast(refusal(error), "alarm"));
}

/** Beside what is on air stands the chosen second source, or the cued one, or the one that was there. */
function lay(layout: string): void {
  if (!now || now.on_air === "slate" || now.on_air === "hold") return toast(t.mix_no_picture ?? "", "alarm");
  const second = [value("mix-second"), now.cued, now.second].find((one) => one && one !== now?.on_air) ?? "";
  if (layout !== "full" && !second) return toast(t.mix_no_second ?? "", "alarm");
  const split = layout === "full" ? {} : { layout, second };
  void tell("take", { source: now.on_air, transition: transition(), ...split });
}

function freeze(): void {
  void tell("freeze", { on: !(now && now.frozen_s > 0) });
}

function hold(): void {
  void tell("take", { source: "hold", reason: value("mix-reason") });
}

function mute(source: string): void {
  if (source) void tell("sound", { source, muted: !now?.sound.muted?.includes(source) });
}

function dissolve(): void {
  dissolves = !dissolves;
  $("mix-dissolve")?.setAttribute("aria-pressed", String(dissolves));
}

const KEYS: Record<string, () => void> = {
  KeyF: () => lay("full"),
  KeyT: () => lay("two_up"),
  KeyP: () => lay("pip"),
  KeyX: dissolve,
  KeyZ: freeze,
  KeyH: hold,
  KeyM: () => mute(now?.heard ?? ""),
};

export function listenForMix(): void {
  document.addEventListener("keydown", (event) => {
    const where = event.target as Element;
    const busy = event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (busy || where.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
    KEYS[event.code]?.();
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>(".mix button");
    if (!button) return;
    const { layout, mute: source, clipTake } = button.dataset;
    if (layout) lay(layout);
    else if (source) mute(source);
    else if (clipTake) void tell("take", { source: clipTake, then: value("mix-then") });
    else if (button.id === "mix-dissolve") dissolve();
    else if (button.id === "mix-freeze") freeze();
    else if (button.id === "mix-hold") hold();
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.id === "mix-mic") void tell("sound", { mic: field.value });
    else if (field.dataset.gain) void tell("sound", { source: field.dataset.gain, gain_db: Number(field.value) });
  });
  document.addEventListener("input", (event) => {
    const { gain } = (event.target as HTMLInputElement).dataset;
    if (gain) say(`[data-db="${CSS.escape(gain)}"]`, `${(event.target as HTMLInputElement).value} dB`);
  });
}

function press(button: Element | null, on: boolean): void {
  if (button && button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
}

function say(place: string, text: string): void {
  const found = document.querySelector(`.mix ${place}`);
  if (found && found.textContent !== text) found.textContent = text;
}

export function showMix(told: MixNow | null, live: boolean): void {
  const studio = told && { ...USUAL, ...told };
  now = studio;
  const panel = document.querySelector(".mix");
  if (!panel || !studio) return;
  for (const button of panel.querySelectorAll<HTMLElement>("[data-layout]")) press(button, button.dataset.layout === studio.layout && studio.on_air !== "slate" && studio.on_air !== "hold");
  press($("mix-dissolve"), dissolves);
  press($("mix-freeze"), studio.frozen_s > 0);
  say("#mix-freeze [data-say]", studio.frozen_s > 0 ? `${t.mix_frozen ?? ""} ${studio.frozen_s.toFixed(0)} ${t.seconds ?? ""}` : (t.mix_freeze ?? ""));
  press($("mix-hold"), studio.on_air === "hold");
  $("mix-hold")?.classList.toggle("is-air", studio.on_air === "hold" && live);
  showSound(panel, studio);
  showClips(panel, studio);
  fastest = Math.max(fastest, studio.fps_wanted);
  say("#mix-note", studio.fps_wanted && studio.fps_wanted < fastest ? (t.mix_slow ?? "").replace("%s", String(studio.fps_wanted)) : "");
}

function showSound(panel: Element, studio: Mix): void {
  const muted = studio.sound.muted ?? [];
  const mic = $<HTMLSelectElement>("mix-mic");
  if (mic && document.activeElement !== mic) mic.value = studio.sound.mic ?? "";
  say("#mix-heard", !studio.heard || muted.includes(studio.heard) ? (t.mix_silent ?? "") : `${t.mix_sound ?? ""} ${nameOf(studio.heard)}`);
  for (const button of panel.querySelectorAll<HTMLElement>("[data-mute]")) press(button, muted.includes(button.dataset.mute ?? ""));
  for (const field of panel.querySelectorAll<HTMLInputElement>("[data-gain]")) {
    if (document.activeElement === field) continue;
    const gain = studio.sound.gains_db?.[field.dataset.gain ?? ""] ?? 0;
    field.value = String(gain);
    say(`[data-db="${CSS.escape(field.dataset.gain ?? "")}"]`, `${gain} dB`);
  }
}

function showClips(panel: Element, studio: Mix): void {
  let running = "";
  for (const row of panel.querySelectorAll<HTMLElement>("[data-clip]")) {
    const source = row.dataset.clip ?? "";
    const open = studio.clips.find((one) => `clip:${one.clip_id}` === source);
    const air = source === studio.on_air || source === studio.second;
    row.classList.toggle("is-air", air);
    row.classList.toggle("is-next", source === studio.cued);
    const left = open && air ? clock(open.left_s) : "";
    if (source === studio.on_air && left) running = `${nameOf(source)} −${left}`;
    const place = row.querySelector<HTMLElement>("[data-say]");
    const text = left ? `${t.mix_left ?? ""} ${left}` : source === studio.cued ? (t.next ?? "") : (place?.dataset.rest ?? "");
    if (place && place.textContent !== text) place.textContent = text;
  }
  say("#mix-clip", running || (t.mix_clips ?? ""));
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A clip by its name, a camera by its own. */
export function nameOf(source: string): string {
  return document.querySelector(`.mix [data-clip="${CSS.escape(source)}"] b`)?.textContent ?? source;
}
