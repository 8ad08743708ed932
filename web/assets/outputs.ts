/* The sheet of one output. In: a row's `data-output` (addresses masked). Out: deeds; what the desk answered, in its words. */
import { deed, refusal } from "./deeds";

interface OutputRecord {
  output_id: string;
  name: string;
  address: string;
  spare: string;
  on_spare: boolean;
  wanted: boolean;
  rendition: string;
  policy: Record<string, number>;
  seen: string;
}

const POLICY = ["grace_s", "retry_first_s", "retry_most_s", "tries_most", "resume_s", "spare_after"];

/** Wire the page's sheet; `changed` is called after each deed that changed the output. */
export function listenForOutputs(changed: () => void = () => undefined): void {
  const sheet = document.querySelector<HTMLDialogElement>("#output-sheet");
  const form = document.querySelector<HTMLFormElement>("#output-form");
  if (!sheet || !form) return;
  let now: OutputRecord | undefined;
  let dirty = false;
  const field = (name: string): HTMLInputElement => form.elements.namedItem(name) as HTMLInputElement;
  const text = (name: string): string => sheet.querySelector(`[data-${name}]`)?.textContent ?? "";
  const path = (does = ""): string => `/api/v1/outputs/${now?.output_id ?? ""}${does ? `/${does}` : ""}`;

  function say(words: string, bad = false): void {
    const said = sheet?.querySelector<HTMLElement>("[data-said]");
    if (!said) return;
    said.textContent = words;
    said.hidden = !words;
    said.classList.toggle("bad", bad);
  }

  function open(record: OutputRecord): void {
    now = record;
    form?.reset();
    say("");
    trouble("");
    for (const place of sheet?.querySelectorAll<HTMLElement>("[data-fill]") ?? []) {
      place.textContent = String(record[place.dataset.fill as keyof OutputRecord] ?? "");
    }
    for (const place of sheet?.querySelectorAll<HTMLElement>("[data-has-spare]") ?? []) place.hidden = !record.spare;
    field("name").value = record.name;
    field("rendition").value = record.rendition;
    for (const name of POLICY) field(name).value = record.policy[name] === undefined ? "" : String(record.policy[name]);
    show("reconnect", "", record.wanted);
    show("switch", "spare", record.wanted && record.spare !== "" && !record.on_spare);
    show("switch", "main", record.wanted && record.on_spare);
    sheet?.showModal();
  }

  function show(does: string, use: string, on: boolean): void {
    const button = sheet?.querySelector<HTMLElement>(`[data-does="${does}"]${use ? `[data-use="${use}"]` : ""}`);
    if (button) button.hidden = !on;
  }

  function trouble(words: string): void {
    const place = form?.querySelector<HTMLElement>("[data-problem]");
    if (!place) return;
    (place.querySelector("span") as HTMLElement).textContent = words;
    place.hidden = !words;
  }

  async function does(button: HTMLButtonElement): Promise<void> {
    const what = button.dataset.does ?? "";
    if (what === "close") return sheet?.close();
    button.disabled = true;
    say(what === "try" ? text("trying") : "");
    try {
      const answer = await deed<{ ok?: boolean; words?: string }>(path(what), button.dataset.use ? { use: button.dataset.use } : {});
      dirty = true;
      if (what === "try") say(answer.words ?? "", !answer.ok);
      else say(text("turned"));
    } catch (error) {
      say(refusal(error), true);
    } finally {
      button.disabled = false;
    }
  }

  async function save(): Promise<void> {
    const body: Record<string, unknown> = { name: field("name").value.trim(), rendition: field("rendition").value, seen: now?.seen ?? "" };
    if (field("url").value.trim()) body.url = field("url").value.trim();
    if (field("no_spare").checked) body.spare_url = "";
    else if (field("spare_url").value.trim()) body.spare_url = field("spare_url").value.trim();
    const given = POLICY.filter((name) => field(name).value !== "").map((name) => [name, Number(field(name).value)] as const);
    body.policy = Object.fromEntries(given);
    trouble("");
    try {
      const kept = await deed<{ seen?: string }>(path(), body);
      if (now) now.seen = kept.seen ?? "";
      dirty = true;
      // What was typed does not stay in the page.
      field("url").value = field("spare_url").value = "";
      say(text("saved"));
    } catch (error) {
      trouble(refusal(error));
    }
  }

  document.addEventListener("click", (event) => {
    const from = event.target as Element;
    const opens = from.closest<HTMLElement>("[data-output]")?.dataset.output;
    if (opens) open(JSON.parse(opens) as OutputRecord);
    const button = from.closest<HTMLButtonElement>("#output-sheet button[data-does]");
    if (button) void does(button);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save();
  });
  sheet.addEventListener("close", () => {
    form.reset();
    if (dirty) changed();
    dirty = false;
  });
}
