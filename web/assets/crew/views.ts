/* One view at a time. In: its name. Out: the others hidden, the heading focused, the tally kept in sight. */

export type ViewName = "opening" | "join" | "camera" | "trouble" | "tests" | "start" | "read" | "records" | "draw" | "sign";

export function $<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing`);
  return found as T;
}

export function fill(id: string, text: string): void {
  const place = $(id);
  if (place.textContent !== text) place.textContent = text;
}

export class Showing {
  private now: ViewName = "opening";

  get name(): ViewName {
    return this.now;
  }

  show(name: ViewName): void {
    this.now = name;
    $("crew").dataset.view = name;
    for (const view of document.querySelectorAll<HTMLElement>(".view")) view.hidden = view.dataset.view !== name;
    document.querySelector<HTMLElement>(`.view[data-view="${name}"] [data-focus]`)?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  tally(tally: string): void {
    $("crew").dataset.tally = tally;
  }
}
