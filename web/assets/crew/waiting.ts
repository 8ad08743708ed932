/* How much waits to be sent, always in sight; what the desk refused, until a person decides. In: the outbox's word. Out:
   the bar and the list. */

import type { Entry, Now, Outbox } from "./outbox";
import { $, copyOf, fill } from "./views";
import { clock, word } from "./words";

export function showWaiting(now: Now): void {
  const count = now.waiting.length;
  const bar = $("waiting-bar");
  // What is sent within the second is no news.
  bar.hidden = !now.refused.length && !now.others && !(count && (now.standing !== "sending" || count > 1));
  const parts = [now.refused.length ? word("refused_n", { n: now.refused.length }) : "", count ? word("waiting_n", { n: count }) : "", count ? word(`waiting_${now.standing}`) : "", !count && now.others ? word("waiting_n", { n: now.others }) : ""];
  fill("waiting-bar-text", parts.filter(Boolean).join(" · "));
  bar.dataset.count = String(count);
  fill("waiting-say", word(count ? `waiting_${now.standing}` : "waiting_idle"));
  $("waiting-others").hidden = !now.others;
  const others = $("waiting-others").querySelector("span");
  if (others) others.textContent = now.others ? word("others_n", { n: now.others }) : "";
  $("refused-box").hidden = !now.refused.length;
  $("refused").replaceChildren(...now.refused.map(refused));
  $("waiting").replaceChildren(...now.waiting.map(waits));
}

export function listenToWaiting(outbox: Outbox): void {
  $("waiting-send").onclick = () => void outbox.send();
  $("refused").addEventListener("click", (event) => {
    const key = (event.target as Element).closest<HTMLElement>("button");
    const n = Number(key?.closest<HTMLElement>("[data-n]")?.dataset.n);
    if (!key || !n) return;
    void (key.hasAttribute("data-drop") ? outbox.drop(n) : outbox.retry(n));
  });
}

function waits(entry: Entry): HTMLElement {
  const row = document.createElement("li");
  const what = document.createElement("span");
  what.textContent = entry.said;
  const when = document.createElement("small");
  when.textContent = clock(entry.made);
  row.append(what, when);
  return row;
}

function refused(entry: Entry): HTMLElement {
  const row = copyOf("refused-row");
  row.dataset.n = String(entry.n ?? 0);
  (row.querySelector("h3") as HTMLElement).textContent = `${entry.said} ${clock(entry.made)}`;
  (row.querySelector(".problem span") as HTMLElement).textContent = entry.refused?.words ?? "";
  return row;
}
