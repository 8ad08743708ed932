/* One view at a time. In: its name. Out: the others hidden, the heading focused, the tally kept in sight. */

export type ViewName = "opening" | "join" | "camera" | "trouble" | "tests" | "start" | "read" | "records" | "draw" | "sign" | "work" | "point" | "scan" | "ask" | "consent" | "waiting";

export function $<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing`);
  return found as T;
}

export function fill(id: string, text: string): void {
  const place = $(id);
  if (place.textContent !== text) place.textContent = text;
}

/** A copy of a template's one element. */
export function copyOf(id: string): HTMLElement {
  return ($<HTMLTemplateElement>(id).content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
}

export class Showing {
  private now: ViewName = "opening";
  /** Called with the view left and the view shown. */
  readonly moved: ((from: ViewName, to: ViewName) => void)[] = [];

  get name(): ViewName {
    return this.now;
  }

  show(name: ViewName): void {
    const from = this.now;
    this.now = name;
    $("crew").dataset.view = name;
    for (const view of document.querySelectorAll<HTMLElement>(".view")) view.hidden = view.dataset.view !== name;
    document.querySelector<HTMLElement>(`.view[data-view="${name}"] [data-focus]`)?.focus({ preventScroll: true });
    scrollTo(0, 0);
    for (const hear of this.moved) hear(from, name);
  }

  tally(tally: string): void {
    $("crew").dataset.tally = tally;
  }
}
