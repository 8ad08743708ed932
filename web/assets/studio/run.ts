/* The run of show beside the pictures. In: moments on the page, keys. Out: what the segment has left, how far over or under
   the show is, counted here; N does the next step, Shift+N goes to the next segment. */

import { texts } from "../ui";
import { mayAct } from "./seat";

const t = texts();

function span(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

let shown = "";
/** A segment that begins comes into view within its list; the page stays where it is. */
function follow(): void {
  const now = document.querySelector<HTMLElement>(".segs > .now");
  const list = now?.closest<HTMLElement>(".scroll");
  const name = now?.querySelector(".what")?.textContent ?? "";
  if (!now || !list || name === shown) return;
  shown = name;
  const above = list.querySelector<HTMLElement>(".onnow")?.offsetHeight ?? 0;
  list.scrollTop += now.getBoundingClientRect().top - list.getBoundingClientRect().top - above;
}

function put(place: Element | null, text: string): void {
  if (place && place.textContent !== text) place.textContent = text;
}

export function countRun(): void {
  follow();
  const now = document.querySelector<HTMLElement>(".onnow");
  const over = document.getElementById("run-over");
  if (!now) return void put(over, "");
  const [since, until, due] = [now.dataset.since, now.dataset.until, now.dataset.due].map((at) => Number(at) / 1e9) as [number, number, number];
  const at = Date.now() / 1000;
  const late = Math.max(at, until) + Number(now.dataset.rest) - due;
  const left = until - at;
  const place = document.querySelector(".ros [data-left]");
  put(place, `${(left >= 0 ? t.run_left : t.run_over) ?? ""} ${span(left)}`);
  place?.classList.toggle("is-over", left < 0);
  const bar = document.querySelector<HTMLElement>(".ros [data-left-bar]");
  bar?.style.setProperty("--gone", `${Math.min(100, Math.max(0, ((at - since) / Math.max(1, until - since)) * 100))}%`);
  // Less than a second either way is in time.
  const words = Math.abs(late) < 1 ? t.run_even : (late > 0 ? t.run_slow : t.run_fast)?.replace("%s", span(late));
  put(over, words ?? "");
  over?.classList.toggle("is-over", late >= 1);
}

export function listenForRun(): void {
  document.addEventListener("keydown", (event) => {
    const where = event.target as Element;
    if (event.code !== "KeyN" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (where.matches("input, textarea, select") || document.querySelector("dialog[open]") || !mayAct()) return;
    const button = document.querySelector<HTMLButtonElement>(event.shiftKey ? "#next-segment" : "#next-cue");
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  setInterval(countRun, 250);
  countRun();
}
