// The operator's own page. In: the key in the address's fragment. Out: the record, the retest clock, requests, pictures.
//
// The fragment never leaves the phone with an address; the key goes in a header. It stays in the address bar, so that the
// operator can keep the page; nothing of it is stored by us.
import { commandId } from "../deeds";
import { ask, Problem } from "../net";
import { clean } from "../tips/pictures";
import { texts, toast } from "../ui";

const t = texts();
const place = document.getElementById("mine") as HTMLElement;

function key(): string {
  return new URLSearchParams(location.hash.slice(1)).get("k") ?? "";
}

function by(extra: Record<string, string> = {}): Record<string, string> {
  return { Authorization: `Bearer ${key()}`, ...extra };
}

function words(error: unknown): string {
  return error instanceof Problem ? error.message : (t.offline ?? "");
}

function problem(id: string, text: string): void {
  const shown = document.getElementById(id);
  const said = document.getElementById(`${id}-text`);
  if (!shown || !said) return;
  said.textContent = text;
  shown.hidden = !text;
}

async function open(): Promise<void> {
  problem("served-problem", "");
  try {
    if (!key()) throw new Problem(403, { detail: t.no_link ?? "" });
    const answer = await ask("/api/v1/served", { headers: by() });
    place.innerHTML = ((await answer.json()) as { html: string }).html;
    about();
    void pictures();
  } catch (error) {
    place.replaceChildren();
    problem("served-problem", words(error));
  } finally {
    document.getElementById("served-opening")?.remove();
  }
}

async function pictures(): Promise<void> {
  for (const image of place.querySelectorAll<HTMLImageElement>("img[data-photo]")) {
    try {
      const answer = await ask(`/api/v1/served/photos/${image.dataset.photo ?? ""}`, { headers: by() });
      image.src = URL.createObjectURL(await answer.blob());
      image.onload = () => URL.revokeObjectURL(image.src);
    } catch {
      // its words stand beside it; the picture comes with the next opening
    }
  }
}

/** A retest is of one sample; the other requests are of the whole record. */
function about(): void {
  const kind = document.querySelector<HTMLSelectElement>("#ask-kind");
  const field = document.getElementById("ask-about-field");
  if (kind && field) field.hidden = kind.value !== "retest";
}

let id = commandId();
async function submit(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector("button") as HTMLButtonElement;
  const fields = new FormData(form);
  const body: Record<string, unknown> = { asked: fields.get("asked"), words: fields.get("words") };
  if (body.asked === "retest") body.about = fields.get("about");
  button.disabled = true;
  problem("ask-problem", "");
  try {
    await ask("/api/v1/served/requests", { json: body, headers: by({ "X-Command-Id": id }) });
    id = commandId();
    toast(t.asked ?? "");
    await open();
  } catch (error) {
    if (error instanceof Problem) id = commandId();
    problem("ask-problem", words(error));
  } finally {
    button.disabled = false;
  }
}

async function send(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  if (!file) return;
  input.disabled = true;
  problem("photo-problem", "");
  try {
    const shot = await clean(file).catch(() => {
      throw new Problem(422, { detail: t.unreadable ?? "" });
    });
    URL.revokeObjectURL(shot.url);
    const query = new URLSearchParams({ finding_id: input.dataset.finding ?? "", side: input.dataset.side ?? "" });
    const headers = by({ "Content-Type": "image/jpeg", "X-Command-Id": commandId() });
    await ask(`/api/v1/served/photos?${query}`, { body: shot.clean, headers });
    toast(t.sent ?? "");
    await open();
  } catch (error) {
    problem("photo-problem", words(error));
    input.disabled = false;
  }
}

function tick(): void {
  for (const clock of place.querySelectorAll<HTMLElement>("[data-ends]")) {
    const left = clock.querySelector<HTMLElement>("[data-left]");
    if (!left) continue;
    const s = Math.max(0, Math.floor(Number(clock.dataset.ends) / 1e9 - Date.now() / 1000));
    const two = (n: number): string => String(n).padStart(2, "0");
    left.textContent = `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }
}

place.addEventListener("change", (event) => {
  const changed = event.target as HTMLElement;
  if (changed.id === "ask-kind") about();
  else if (changed instanceof HTMLInputElement && changed.type === "file") void send(changed);
});
place.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit(event.target as HTMLFormElement);
});
addEventListener("hashchange", () => void open());
setInterval(tick, 1000);
void open();
