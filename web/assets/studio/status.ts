/* Tally, meters and the delay, as the rooms report them. In: `status` messages. Out: the page's attributes; no element is
   made or replaced here. */

import { texts } from "../ui";
import { type MixNow, nameOf } from "./mix";
import type { Cutting } from "./guards";
import type { FieldNow } from "./field";
import { over } from "./monitors";
import type { DeskNow } from "./seat";

export interface CameraNow {
  camera: string;
  state: "waiting" | "live" | "stalled" | "lost" | "away" | "held";
  since_utc_ns: number;
  // What is at its default is left out of the message.
  kbps?: number;
  fps?: number;
  loss_percent?: number;
  level_db?: number;
}
export type StudioNow = MixNow & {
  epoch: number;
  ready: boolean;
  airing?: string[];
  level_db: number;
  cameras: CameraNow[];
};
export interface PlayoutNow extends Cutting {
  filled_s: number;
}
export interface Status {
  desk: DeskNow;
  field: FieldNow;
  studio: StudioNow | null;
  playout: PlayoutNow | null;
  live: boolean;
}

const t = texts();
const FLOOR_DB = 60;

export function showStatus(status: Status): void {
  const { studio } = status;
  const air = studio?.on_air ?? "";
  const program = document.querySelector<HTMLElement>(".mon.pgm");
  program?.classList.toggle("is-air", status.live && studio !== null);
  const words = air === "slate" ? (t.slate ?? "") : air === "hold" ? (t.hold ?? "") : [air, studio?.second ?? ""].filter(Boolean).map(nameOf).join(" + ");
  const frozen = (studio?.frozen_s ?? 0) > 0 ? ` · ${t.mix_frozen ?? ""}` : "";
  put(program, "[data-say]", studio ? words + frozen : (t.studio_away ?? ""));
  const slate = document.getElementById("slate");
  slate?.classList.toggle("is-up", air === "slate");
  slate?.classList.toggle("is-air", air === "slate" && status.live);
  for (const box of document.querySelectorAll<HTMLElement>(".cam")) {
    const camera = box.dataset.camera ?? "";
    showCamera(box, studio?.cameras.find((one) => one.camera === camera), isOn(studio, camera) && status.live, isOn(studio, camera) || camera === studio?.cued, studio !== null);
  }
  for (const meter of document.querySelectorAll<HTMLElement>("[data-meter]")) {
    const of = meter.dataset.meter ?? "";
    const camera = studio?.cameras.find((one) => one.camera === of && one.state === "live");
    level(meter, (of === "program" ? studio?.level_db : camera?.level_db) ?? -90);
  }
  const figure = document.getElementById("level-db");
  if (figure) figure.textContent = studio && studio.level_db > -89 ? studio.level_db.toFixed(1).replace("-", "−") : "—";
  showDelay(status.playout);
}

/** On air as the main picture or beside it. */
function isOn(studio: StudioNow | null, camera: string): boolean {
  return camera === studio?.on_air || (studio?.airing ?? []).includes(camera);
}

/** Red only while the show is on air; before it the camera on the programme is next. */
function showCamera(box: HTMLElement, now: CameraNow | undefined, air: boolean, next: boolean, studioHere: boolean): void {
  box.classList.toggle("is-air", air);
  box.classList.toggle("is-next", next && !air);
  const state = studioHere ? (now?.state ?? "waiting") : "nobody";
  box.dataset.state = state;
  const lostS = now?.since_utc_ns ? Math.max(0, Math.round(Date.now() / 1000 - now.since_utc_ns / 1e9)) : 0;
  const missing = (t[`cam_${state}`] ?? "").replace("%s", String(lostS));
  over(box, state === "live" ? "" : missing);
  let say = state === "live" ? linkWords(now) : (t[`cap_${state}`] ?? "").replace("%s", String(lostS));
  if (air) say = t.on_air ?? "";
  else if (next && state === "live") say = t.next ?? "";
  put(box, "[data-say]", say);
  box.title = now && state === "live" ? `${((now.kbps ?? 0) / 1000).toFixed(1)} Mbps · ${(now.fps ?? 0).toFixed(0)} fps · −${(now.loss_percent ?? 0).toFixed(1)} %` : "";
}

function linkWords(now: CameraNow | undefined): string {
  if (!now) return "";
  const { loss_percent: loss = 0, fps = 0 } = now;
  const poor = loss > 5 || fps < 12;
  const fair = loss > 1.5 || fps < 22;
  return (poor ? t.link_poor : fair ? t.link_fair : t.link_good) ?? "";
}

function showDelay(playout: PlayoutNow | null): void {
  const delay = document.getElementById("delay-s");
  const meter = document.getElementById("delay-meter");
  if (!delay || !meter) return;
  const wanted = playout?.delay_s ?? 0;
  const filled = playout?.filled_s ?? 0;
  delay.textContent = playout ? wanted.toFixed(1) : "—";
  meter.setAttribute("aria-valuenow", filled.toFixed(1));
  meter.setAttribute("aria-valuemax", wanted.toFixed(1));
  meter.style.setProperty("--fill", `${wanted > 0 ? Math.min(100, (filled / wanted) * 100) : 0}%`);
  const full = wanted === 0 || filled >= wanted - 1.5;
  // A cell is a second, or as many as keep the cells apart.
  const cells = Math.max(1, Math.min(40, Math.round(wanted)));
  meter.style.setProperty("--cells", String(cells));
  put(document, "#delay-cell", wanted > 0 ? (t.delay_cell?.replace("%s", (wanted / cells).toFixed(1).replace(".0", "")) ?? "") : "");
  const word = document.getElementById("delay-word");
  const said = !playout ? t.playout_away : playout.public === "off" ? t.public_off : full ? t.delay_full : t.delay_filling?.replace("%s", filled.toFixed(0));
  if (word) word.textContent = said ?? "";
  const shown = document.getElementById("public-late");
  if (shown) shown.textContent = playout && playout.public !== "off" ? `−${wanted.toFixed(1)} ${t.seconds ?? ""}` : "";
}

const peaks = new WeakMap<Element, { db: number; at: number }>();

function level(meter: HTMLElement | null, db: number): void {
  if (!meter) return;
  const now = performance.now();
  const before = peaks.get(meter);
  const peak = !before || db >= before.db || now - before.at > 1500 ? { db, at: now } : before;
  peaks.set(meter, peak);
  const hidden = (of: number): number => Math.max(0, Math.min(100, (-of / FLOOR_DB) * 100));
  meter.style.setProperty("--h", `${hidden(db)}%`);
  meter.style.setProperty("--pk", `${Math.min(99, hidden(peak.db))}%`);
}

export function put(root: ParentNode | null, place: string, text: string): void {
  const found = root?.querySelector(place);
  if (found && found.textContent !== text) found.textContent = text;
}
