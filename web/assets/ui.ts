// Small manners every page shares: tabs, toasts, dialogs, copy, spoken news.

/** Tabs per WAI-ARIA: arrows move, Home and End jump; panels are hidden with [hidden]. */
export function tabs(list: Element): void {
  const all = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const select = (tab: HTMLElement, focus = false): void => {
    for (const one of all) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", String(chosen));
      one.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls") ?? "");
      panel?.classList.toggle("off", !chosen);
    }
    if (focus) tab.focus();
    list.dispatchEvent(new CustomEvent("tab", { bubbles: true, detail: tab.id }));
  };
  list.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
    if (!tab) return;
    event.preventDefault();
    select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const key = (event as KeyboardEvent).key;
    const here = all.indexOf(document.activeElement as HTMLElement);
    if (here < 0) return;
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[key];
    const tab = to === undefined ? undefined : all[(to + all.length) % all.length];
    if (!tab) return;
    event.preventDefault();
    select(tab, true);
  });
  const chosen = all.find((tab) => tab.getAttribute("aria-selected") === "true") ?? all[0];
  if (chosen) select(chosen);
}

/** A calm line at the bottom, read out politely; `alarm` stays until dismissed and is read at once. */
export function toast(text: string, kind: "" | "alarm" = ""): void {
  const shelf = document.getElementById(kind === "alarm" ? "alarms" : "toasts");
  if (!shelf) return;
  const item = document.createElement("p");
  item.className = `toast ${kind}`;
  item.textContent = text;
  shelf.append(item);
  item.addEventListener("click", () => item.remove());
  if (kind !== "alarm") setTimeout(() => item.remove(), 6_000);
}

/** Say it to screen readers without showing it. */
export function say(text: string): void {
  const place = document.getElementById("spoken");
  if (place) place.textContent = text;
}

export async function share(title: string, url: string, copied: string): Promise<void> {
  if (navigator.share) {
    await navigator.share({ title, url }).catch(() => undefined);
    return;
  }
  await navigator.clipboard.writeText(url);
  toast(copied);
}

/** Values from data-* onto CSS variables: the strict CSP allows no style attribute. */
export function paint(root: ParentNode = document): void {
  for (const el of root.querySelectorAll<HTMLElement>("[data-vars]")) {
    for (const pair of (el.dataset.vars ?? "").split(";")) {
      const [name, value] = pair.split(":");
      if (name && value) el.style.setProperty(`--${name.trim()}`, value.trim());
    }
  }
}

/** Page texts for scripts: a JSON block written by the template, in the user's language. */
export function texts(): Record<string, string> {
  return JSON.parse(document.getElementById("texts")?.textContent || "{}") as Record<string, string>;
}

export function start(): void {
  for (const list of document.querySelectorAll('[role="tablist"]')) tabs(list);
  paint();
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.target instanceof HTMLElement) paint(change.target.parentElement ?? document);
    }
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-vars"] });
}
