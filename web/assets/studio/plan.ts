/* Where phones are that agreed to say so. In: metres from their middle, asked for while the panel is open. Out: a plan,
   north up, with the distances in words. No map and no place on the earth. */

import { ask } from "../net";
import { texts } from "../ui";

interface Spot {
  camera: string;
  east_m: number;
  north_m: number;
  accuracy_m: number;
  age_s: number;
}
interface Plan {
  spots: Spot[];
  apart: { one: string; other: string; metres: number }[];
}

const SVG = "http://www.w3.org/2000/svg";
const EVERY_MS = 5000;
const LEAST_M = 10;
const t = texts();
let timer = 0;

export function openPlan(): void {
  document.getElementById("talk")?.addEventListener("toggle", (event) => {
    clearInterval(timer);
    if ((event as ToggleEvent).newState !== "open") return;
    void look();
    timer = window.setInterval(() => void look(), EVERY_MS);
  });
}

async function look(): Promise<void> {
  try {
    show((await (await ask("/api/v1/positions")).json()) as Plan);
  } catch {
    show({ spots: [], apart: [] });
  }
}

function show(plan: Plan): void {
  const place = document.getElementById("plan");
  const none = document.getElementById("plan-none");
  if (!place || !none) return;
  none.hidden = plan.spots.length > 0;
  place.toggleAttribute("hidden", plan.spots.length === 0);
  const far = Math.max(LEAST_M, ...plan.spots.flatMap((each) => [Math.abs(each.east_m), Math.abs(each.north_m)]));
  const scale = 50 / far;
  place.replaceChildren(...plan.spots.flatMap((each) => drawn(each, scale)));
  const metres = (n: number): string => (t.where_metres ?? "").replace("%s", String(n));
  const ages = plan.spots.map((each) => `${each.camera} ${(t.where_age ?? "").replace("%s", String(each.age_s))}`);
  document.getElementById("plan-apart")?.replaceChildren(
    ...[...plan.apart.map((each) => `${each.one} – ${each.other} ${metres(each.metres)}`), ...ages].map((text) => {
      const row = document.createElement("li");
      row.textContent = text;
      return row;
    }),
  );
}

function drawn(spot: Spot, scale: number): SVGElement[] {
  const [x, y] = [spot.east_m * scale, -spot.north_m * scale];
  const around = shape("circle", { cx: x, cy: y, r: Math.min(60, Math.max(3, spot.accuracy_m * scale)), class: "around" });
  const dot = shape("circle", { cx: x, cy: y, r: 3, class: spot.age_s > 45 ? "dot old" : "dot" });
  const name = shape("text", { x: x + 5, y: y - 5 });
  name.textContent = spot.camera;
  return [around, dot, name];
}

function shape(kind: string, set: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, kind);
  for (const [key, value] of Object.entries(set)) made.setAttribute(key, String(value));
  return made;
}
