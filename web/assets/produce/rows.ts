/* Lists that are edited in place. In: a list with `data-rows`, its empty row in a template, presses, keys, drags. Out: rows
   in the order on the page, and what they hold as JSON. Every move is a button and a key, too, and is said. */

import { say, texts } from "../ui";

type Value = string | number | boolean | string[];
export type Held = Record<string, unknown>;

const changed = new Set<() => void>();
/** Hear every change of a list or a field in one. */
export function onRows(fn: () => void): void {
  changed.add(fn);
}

export function tell(): void {
  for (const fn of changed) fn();
}

const listOf = (row: Element): HTMLElement | null => row.closest<HTMLElement>("[data-rows]");
export const rowsOf = (list: Element): HTMLElement[] => [...list.children].filter((one): one is HTMLElement => one.matches("[data-row]"));

function freshId(): string {
  return `r${[...crypto.getRandomValues(new Uint8Array(5))].map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** A row's fields, without those of lists within it; hidden ones (of another kind) are left out. */
export function held(row: HTMLElement, idName: string): Held {
  const body: Held = {};
  if (idName) body[idName] = row.dataset.id || (row.dataset.id = freshId());
  for (const field of row.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("[data-f]")) {
    if (field.disabled || field.closest("[data-row]") !== row || !field.dataset.f) continue;
    put(body, field.dataset.f, valueOf(field));
  }
  return body;
}

function valueOf(field: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): Value {
  if (field instanceof HTMLInputElement && field.type === "checkbox") return field.checked;
  const text = field.value.trim();
  if (field.dataset.type === "number") return Number(text);
  if (field.dataset.type === "lines") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  return text;
}

function put(body: Held, name: string, value: Value): void {
  const [outer = "", inner] = name.split(".");
  if (inner === undefined) body[outer] = value;
  else if (value !== "") body[outer] = { ...(body[outer] as Held | undefined), [inner]: value };
  else body[outer] ??= {};
}

/** Only the fields of the chosen kind count and show. */
function dress(row: HTMLElement): void {
  const kind = row.querySelector<HTMLSelectElement>("[data-switch]")?.value;
  if (kind === undefined) return;
  row.dataset.kind = kind;
  for (const place of row.querySelectorAll<HTMLElement>("[data-for]")) {
    if (place.closest("[data-row]") !== row) continue;
    const on = place.dataset.for === kind;
    place.hidden = !on;
    for (const field of place.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-f]")) field.disabled = !on;
  }
}

export function dressAll(root: ParentNode = document): void {
  for (const row of root.querySelectorAll<HTMLElement>("[data-row]")) dress(row);
}

function spoken(row: HTMLElement): void {
  const list = listOf(row);
  if (!list) return;
  const rows = rowsOf(list);
  say((texts().moved ?? "").replace("%at", String(rows.indexOf(row) + 1)).replace("%all", String(rows.length)));
}

function move(row: HTMLElement, by: -1 | 1): void {
  const beside = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!beside?.matches("[data-row]")) return;
  const focused = document.activeElement as HTMLElement | null;
  if (by < 0) beside.before(row);
  else beside.after(row);
  // Moving an element takes the focus away from within it.
  if (focused && row.contains(focused)) focused.focus();
  spoken(row);
  tell();
}

function add(button: HTMLElement): void {
  const name = button.dataset.add ?? "";
  const blank = document.querySelector<HTMLTemplateElement>(`template[data-blank="${name}"]`);
  const list = (button.closest("[data-row]") ?? button.closest("form") ?? document).querySelector<HTMLElement>(`[data-rows="${name}"]`);
  const row = blank?.content.querySelector<HTMLElement>("[data-row]")?.cloneNode(true) as HTMLElement | undefined;
  if (!list || !row) return;
  row.dataset.id = freshId();
  list.append(row);
  dressAll(list);
  tell();
  say(texts().added ?? "");
  row.querySelector<HTMLElement>("select, input, textarea")?.focus();
}

function remove(row: HTMLElement, may: (row: HTMLElement) => boolean): void {
  if (!may(row)) return;
  const beside = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>("button, input, select");
  row.remove();
  beside?.focus();
  say(texts().removed ?? "");
  tell();
}

/** A row follows the pointer that holds its handle: it changes places when it passes another's middle. */
function drag(grip: HTMLElement, down: PointerEvent): void {
  const row = grip.closest<HTMLElement>("[data-row]");
  const list = row && listOf(row);
  if (!row || !list || down.button > 0) return;
  down.preventDefault();
  grip.focus();
  let moved = false;
  row.classList.add("is-held");
  const over = (event: PointerEvent): void => {
    for (const other of rowsOf(list)) {
      if (other === row) continue;
      const box = other.getBoundingClientRect();
      const middle = box.top + box.height / 2;
      const before = Boolean(row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
      if (before ? event.clientY > middle : event.clientY < middle) {
        if (before) other.after(row);
        else other.before(row);
        moved = true;
        if (before) continue;
        break;
      }
    }
  };
  const up = (): void => {
    removeEventListener("pointermove", over);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", up);
    row.classList.remove("is-held");
    if (!moved) return;
    grip.focus();
    spoken(row);
    tell();
  };
  addEventListener("pointermove", over);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
}

/** Begin; `may` says whether a row may go. */
export function keepRows(may: (row: HTMLElement) => boolean = () => true): void {
  document.addEventListener("click", (event) => {
    const from = event.target as Element;
    const adding = from.closest<HTMLElement>("[data-add]");
    const moving = from.closest<HTMLElement>("[data-move]");
    const row = moving?.closest<HTMLElement>("[data-row]");
    if (adding) add(adding);
    else if (row && moving?.dataset.move === "out") remove(row, may);
    else if (row) move(row, moving?.dataset.move === "up" ? -1 : 1);
  });
  document.addEventListener("keydown", (event) => {
    const grip = (event.target as Element).closest<HTMLElement>("[data-grip]");
    const row = grip?.closest<HTMLElement>("[data-row]");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
    if (!row || by === undefined) return;
    event.preventDefault();
    move(row, by);
  });
  document.addEventListener("pointerdown", (event) => {
    const grip = (event.target as Element).closest<HTMLElement>("[data-grip]");
    if (grip && !grip.closest("fieldset[disabled]")) drag(grip, event);
  });
  for (const name of ["input", "change"] as const) {
    document.addEventListener(name, (event) => {
      const field = event.target as HTMLElement;
      const row = field.closest<HTMLElement>("[data-row]");
      if (row && field.matches("[data-switch]")) dress(row);
      if (field.closest("#plan-form, #crew-form")) tell();
    });
  }
  dressAll();
}
