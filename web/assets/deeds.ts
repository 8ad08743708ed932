/* Buttons and forms that do deeds. In: `data-deed` (the path) and `data-body` on a button, or a form with `data-deed`.
   Out: one POST with an id of its own, the button busy meanwhile, and the desk's words when it refuses. */

import { ask, Problem } from "./net";
import { texts, toast } from "./ui";

export function commandId(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

export function refusal(error: unknown): string {
  return error instanceof Problem ? error.message : (texts().offline ?? "");
}

/** Presses whose answer never came. The same press again carries the same id, so the desk does it once. */
const unanswered = new Map<string, string>();
const MOST_UNANSWERED = 50;

export async function deed<T>(path: string, body: Record<string, unknown> = {}): Promise<T> {
  const press = `${path} ${JSON.stringify(body)}`;
  const id = unanswered.get(press) ?? commandId();
  if (unanswered.size >= MOST_UNANSWERED) unanswered.clear();
  unanswered.set(press, id);
  try {
    const reply = await ask(path, { method: "POST", json: body, headers: { "X-Command-Id": id } });
    unanswered.delete(press);
    return (reply.status === 204 ? {} : await reply.json()) as T;
  } catch (error) {
    if (error instanceof Problem && error.status < 500) unanswered.delete(press);
    throw error;
  }
}

type After = (answer: Record<string, unknown>, source: HTMLElement) => void;

/** Hand every press to the desk; `after` gets the answer of deeds that carry `data-after="name"`. */
export function listenForDeeds(after: Record<string, After> = {}): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-deed]");
    if (!button || button.disabled) return;
    event.preventDefault();
    void perform(button, button, JSON.parse(button.dataset.body || "{}") as Record<string, unknown>, after);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.dataset.deed) return;
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("button:not([type=button])");
    void perform(form, button, bodyOf(form), after);
  });
}

async function perform(source: HTMLElement, button: HTMLButtonElement | null, body: Record<string, unknown>, after: Record<string, After>): Promise<void> {
  const place = source.querySelector<HTMLElement>("[data-problem]");
  // What the press meant: a fragment may change the button before the desk has answered.
  const { deed: path = "", after: then = "", done = "" } = source.dataset;
  if (place) place.hidden = true;
  if (button) button.disabled = true;
  try {
    const answer = await deed<Record<string, unknown>>(path, body);
    if (source instanceof HTMLFormElement && source.dataset.reset !== undefined) source.reset();
    if (done) toast(done);
    after[then]?.(answer, source);
  } catch (error) {
    if (place) {
      const words = place.querySelector("span") ?? place;
      words.textContent = refusal(error);
      place.hidden = false;
    } else toast(refusal(error), "alarm");
  } finally {
    if (button) button.disabled = false;
  }
}

/** A form's fields as JSON: numbers by `data-type="number"`, lists by `data-type="list"`, ticks as true or a list. */
export function bodyOf(form: HTMLFormElement): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    if (!field.name || field.disabled) continue;
    if (field instanceof HTMLInputElement && field.type === "radio" && !field.checked) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox") {
      if (field.dataset.type === "set") {
        const list = (body[field.name] as string[] | undefined) ?? [];
        body[field.name] = field.checked ? [...list, field.value] : list;
      } else body[field.name] = field.checked;
      continue;
    }
    const text = field.value.trim();
    if (field.dataset.type === "number") body[field.name] = text === "" ? undefined : Number(text);
    else if (field.dataset.type === "list") body[field.name] = text.split(/[\s,，、]+/).filter(Boolean);
    else if (field.dataset.type === "local") body[field.name] = text ? `${text}:00${field.dataset.offset ?? "+08:00"}` : undefined;
    else if (text !== "" || field.required) body[field.name] = text;
  }
  return body;
}
