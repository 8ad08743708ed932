/* The phones in the field. In: what the desk says of them. Out: battery, link and words on each tile; 切走我 with the
   offer to DUMP. */

import { deed, refusal } from "../deeds";
import { texts, toast } from "../ui";
import { put } from "./status";

export interface PhoneNow {
  battery_percent: number | null;
  charging: boolean;
  network: string;
  rtt_ms: number;
  loss_percent: number;
  kbps: number;
  dropped: number;
  earpiece: boolean;
}
export interface FieldNow {
  phones: Record<string, PhoneNow>;
  prompts: Record<string, { prompt_id: string; text: string; utc_ns: number; heard_utc_ns: number }>;
  away: Record<string, { utc_ns: number; on_air: boolean }>;
  objections: Record<string, { cameras: string[]; utc_ns: number; on_air: boolean; ruled: boolean }>;
}

const t = texts();
const LOW = 20;
const PROMPT_NS = 5 * 60 * 1e9;
const seen = new Set<string>(JSON.parse(sessionStorage.getItem("daylight.away") ?? "[]") as string[]);

export function showField(field: FieldNow): void {
  for (const box of document.querySelectorAll<HTMLElement>(".cambox")) {
    const camera = box.dataset.box ?? "";
    const phone = field.phones[camera];
    put(box, "[data-tele]", phone ? telling(phone) : "");
    box.classList.toggle("is-low", phone !== undefined && !phone.charging && phone.battery_percent !== null && phone.battery_percent <= LOW);
    const prompt = field.prompts[camera];
    const fresh = prompt !== undefined && Date.now() * 1e6 - prompt.utc_ns < PROMPT_NS;
    put(box, "[data-words]", fresh ? `“${prompt.text}” ${(prompt.heard_utc_ns ? t.words_heard : t.words_sent) ?? ""}` : "");
    box.classList.toggle("is-heard", fresh && prompt.heard_utc_ns > 0);
  }
  showAway(field.away);
  showObjections(field.objections);
}

/** 拒绝拍摄 stands until the legal desk gives the cameras back; nobody here can wave it away. */
function showObjections(objections: FieldNow["objections"]): void {
  const place = document.getElementById("objections");
  const shape = document.querySelector<HTMLTemplateElement>("#objection-row");
  const key = JSON.stringify(objections);
  if (!place || !shape || place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = Object.keys(objections).length === 0;
  place.replaceChildren(
    ...Object.values(objections).map((one) => {
      const made = shape.content.cloneNode(true) as DocumentFragment;
      put(made, "[data-what]", (t.objected ?? "").replace("%s", one.cameras.join("、")));
      put(made, "[data-more]", (one.ruled ? t.objection_kept : one.on_air ? t.objection_dump : t.objection_waits) ?? "");
      const dump = made.querySelector<HTMLElement>("[data-dump]");
      if (!one.on_air || one.ruled) dump?.remove();
      else if (dump) dump.onclick = () => press("/api/v1/playout/dump", { seconds: 10, reason: (t.objected ?? "").replace("%s", one.cameras.join("、")) }, () => dump.remove());
      return made;
    }),
  );
}

function telling(phone: PhoneNow): string {
  const battery = phone.battery_percent === null ? "" : (t.battery ?? "").replace("%s", `${phone.battery_percent}%`) + (phone.charging ? (t.charging ?? "") : "");
  const network = t[`net_${phone.network}`] ?? "";
  const rtt = phone.rtt_ms > 0 ? `${Math.round(phone.rtt_ms)} ms` : "";
  return [battery, network, rtt, phone.earpiece ? (t.earpiece ?? "") : ""].filter(Boolean).join(" · ");
}

function showAway(away: FieldNow["away"]): void {
  const place = document.getElementById("away");
  const shape = document.querySelector<HTMLTemplateElement>("#away-row");
  if (!place || !shape) return;
  const open = Object.entries(away).filter(([camera, one]) => !seen.has(`${camera}/${one.utc_ns}`));
  const key = open.map(([camera, one]) => `${camera}/${one.utc_ns}`).join();
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.hidden = open.length === 0;
  place.replaceChildren(...open.map(([camera, one]) => row(shape, camera, one.on_air, `${camera}/${one.utc_ns}`)));
}

function row(shape: HTMLTemplateElement, camera: string, onAir: boolean, key: string): DocumentFragment {
  const made = shape.content.cloneNode(true) as DocumentFragment;
  put(made, "[data-what]", ((onAir ? t.away_air : t.away_off) ?? "").replace("%s", camera));
  put(made, "[data-more]", (onAir ? t.away_dump : t.away_more) ?? "");
  const button = (name: string, does: () => void): void => {
    const found = made.querySelector<HTMLElement>(`[data-${name}]`);
    if (found) found.onclick = does;
  };
  if (!onAir) made.querySelector("[data-dump]")?.remove();
  const done = (): void => {
    seen.add(key);
    sessionStorage.setItem("daylight.away", JSON.stringify([...seen].slice(-50)));
    document.getElementById("away")?.removeAttribute("data-key");
  };
  button("dump", () => press("/api/v1/playout/dump", { seconds: 10, reason: (t.away_reason ?? "").replace("%s", camera) }, done));
  button("back", () => press("/api/v1/talk/back", { camera }, done));
  button("seen", done);
  return made;
}

function press(path: string, body: Record<string, unknown>, done: () => void): void {
  deed(path, body).then(done, (error: unknown) => toast(refusal(error), "alarm"));
}
