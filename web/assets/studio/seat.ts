/* Who holds the desk. In: the status of the desk, presses. Out: a page that steers, or one that only watches and says
   who steers. The desk refuses whatever a watching page would still send. */

import { deed, refusal } from "../deeds";
import { texts, toast } from "../ui";

interface Sitter {
  seat: string;
  user_id: string;
  name: string;
}
export interface DeskNow {
  holder: Sitter | null;
  silent?: boolean;
  offered_to?: string;
  watching: Sitter[];
}

const t = texts();
const HERE_MS = 5000;
/** What a watching page may always press: DUMP and KILL, its own ears, ways out, and the desk itself. */
const ALWAYS = "[data-always], .guards, #seat, dialog, #listen, a, summary";
const STEERING = ".desk button, .desk input, .desk select, .desk textarea, .air-buttons button";
const PRODUCERS = ".outs, .air-buttons";
let now: DeskNow = { holder: null, watching: [] };

const place = document.getElementById("seat");
const own = place?.dataset.seat ?? "";
const user = place?.dataset.user ?? "";

/** A producer may look at everything, start the show and mind the outputs; the picture is the director's. */
const producer = place?.dataset.director === "no";

export function watching(): boolean {
  return producer || (now.holder !== null && now.holder.seat !== own);
}

/** Says so when this page only watches; for hotkeys. */
export function mayAct(): boolean {
  if (watching()) toast(((producer ? t.desk_producer : t.desk_watching) ?? "").replace("%s", now.holder?.name ?? ""), "alarm");
  return !watching();
}

export function showDesk(desk: DeskNow): void {
  now = desk;
  if (!place) return;
  const mine = desk.holder?.seat === own;
  const other = desk.holder !== null && !mine;
  const silent = other && !producer && (desk.silent ?? false);
  const offered = other && desk.offered_to === user;
  const offering = mine && Boolean(desk.offered_to);
  place.dataset.now = mine ? "mine" : desk.holder ? "other" : "free";
  document.body.dataset.steering = watching() ? "watching" : "mine";
  const true_: Record<string, boolean> = { mine, free: !desk.holder && !producer, other: other && !producer, silent, offered, offering, looking: producer };
  for (const part of place.querySelectorAll<HTMLElement>("[data-when]")) {
    part.hidden = !(part.dataset.when ?? "").split(" ").some((state) => true_[state]);
  }
  const take = document.getElementById("seat-take");
  if (take) put(take, (silent ? take.dataset.saySilent : take.dataset.sayFree) ?? "");
  const words = offered ? t.desk_offered : silent ? t.desk_silent : t.desk_other;
  const holder = place.querySelector<HTMLElement>("[data-holder]");
  if (holder) put(holder, (words ?? "").replace("%s", desk.holder?.name ?? ""));
  place.classList.toggle("is-offered", offered);
  dress();
  people();
}

/** Controls that do nothing here look and sound like it, also those painted since. */
export function dress(): void {
  for (const control of document.querySelectorAll<HTMLElement>(STEERING)) {
    if (control.closest(ALWAYS) || (producer && control.closest(PRODUCERS))) continue;
    if (watching()) control.setAttribute("aria-disabled", "true");
    else control.removeAttribute("aria-disabled");
  }
}

function people(): void {
  const list = document.getElementById("hand-over-to");
  if (!list) return;
  const others = now.watching.filter((one, n, all) => one.user_id !== user && all.findIndex((each) => each.user_id === one.user_id) === n);
  const key = others.map((one) => one.user_id).join();
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(
    ...others.map((one) => {
      const button = document.createElement("button");
      button.className = "btn main wide";
      button.dataset.to = one.user_id;
      button.textContent = (t.desk_give ?? "").replace("%s", one.name);
      return button;
    }),
  );
  document.getElementById("hand-over-nobody")?.toggleAttribute("hidden", others.length > 0);
}

function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function stop(event: Event): void {
  const control = (event.target as Element).closest(event.type === "submit" ? "form" : "button, input, select, textarea");
  if (!watching() || !control?.matches(`${STEERING}, .desk form`) || control.closest(ALWAYS) || (producer && control.closest(PRODUCERS))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  mayAct();
}

export function openSeat(): void {
  document.addEventListener("click", stop, true);
  document.addEventListener("submit", stop, true);
  document.getElementById("seat-offer")?.addEventListener("click", () => document.querySelector<HTMLDialogElement>("#hand-over")?.showModal());
  document.getElementById("hand-over-to")?.addEventListener("click", (event) => {
    const to = (event.target as HTMLElement).dataset.to;
    if (!to) return;
    document.querySelector<HTMLDialogElement>("#hand-over")?.close();
    deed("/api/v1/studio/desk/offer", { to }).catch((error: unknown) => toast(refusal(error), "alarm"));
  });
  // A producer looks on without being a director: nobody counts them.
  if (!place || producer) return;
  const here = (): void => void deed("/api/v1/studio/desk/here").catch(() => undefined);
  here();
  setInterval(here, HERE_MS);
}
