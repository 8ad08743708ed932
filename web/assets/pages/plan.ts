// The editors of planning: run of show, checklist, template. In: rows. Out: one save of the whole, upon the version read.
import { deed, listenForDeeds, refusal } from "../deeds";
import { ask, Problem } from "../net";
import { dressAll, held, keepRows, onRows, rowsOf, type Held } from "../produce/rows";
import { texts, toast } from "../ui";

const t = texts();
const form = document.querySelector<HTMLFormElement>("#plan-form");
const IDS: Record<string, string> = { segments: "segment_id", cues: "cue_id", graphics: "graphic_id", checklist: "item_id", kit: "item_id" };
let dirty = false;

function list(name: string): HTMLElement[] {
  const place = document.querySelector(`[data-rows="${name}"]`);
  return place ? rowsOf(place) : [];
}

const value = (id: string): string => document.querySelector<HTMLInputElement>(`#${id}`)?.value.trim() ?? "";
const all = (name: string): Held[] => list(name).map((row) => held(row, IDS[name] ?? ""));

function segments(): Held[] {
  return list("segments").map((row) => {
    const { minutes, ...rest } = held(row, "segment_id");
    const steps = row.querySelector('[data-rows="cues"]');
    return { ...rest, seconds: Math.round(Number(minutes) * 60), cues: steps ? rowsOf(steps).map((one) => held(one, "cue_id")) : [] };
  });
}

function cameras(): string[] {
  return value("m-cameras").split(/[\s,，、]+/).filter(Boolean);
}

function body(): Held {
  const base = Number(form?.dataset.base ?? 0);
  if (form?.dataset.kind === "run") return { base, segments: segments(), graphics: all("graphics") };
  if (form?.dataset.kind === "checklist") return { base, items: all("checklist") };
  const limits = all("limits").map(({ limit }) => {
    const [method_id = "", item = ""] = String(limit).split("|");
    return { method_id, item };
  });
  const posts = [...document.querySelectorAll<HTMLInputElement>("[data-post]")].flatMap((one) => Array<string>(Number(one.value) || 0).fill(one.dataset.post ?? ""));
  const content = { theme: value("m-theme"), minutes: Number(value("m-minutes")), cameras: cameras(), checklist: all("checklist"), kit: all("kit"), limits, graphics: all("graphics"), outputs: all("outputs"), posts, segments: segments() };
  return { base, name: value("m-name"), content };
}

/** Selects of cameras and graphics offer what now stands on the page. */
function offer(): void {
  const place = document.getElementById("sources");
  if (!place) return;
  const given = JSON.parse(place.textContent || "[]") as [string, string][];
  const sources = form?.dataset.kind === "template" ? cameras().map((name): [string, string] => [name, name]) : given;
  const graphics = list("graphics").map((row): [string, string] => {
    const { graphic_id, fields } = held(row, "graphic_id") as { graphic_id: string; fields: Record<string, string> };
    return [graphic_id, fields.statute ? `${fields.statute} ${fields.article ?? ""}` : (fields.name ?? "—")];
  });
  for (const select of document.querySelectorAll<HTMLSelectElement>("select[data-options]")) {
    const choices = select.dataset.options === "sources" ? sources : graphics;
    const now = select.value || (select.dataset.now ?? "");
    // What is no more stands there until somebody chooses anew: the desk says which segment it is.
    const rows = now && !choices.some(([name]) => name === now) ? [...choices, [now, now] as [string, string]] : choices;
    const wanted = JSON.stringify(rows);
    if (select.dataset.shown === wanted) continue;
    select.dataset.shown = wanted;
    select.replaceChildren(...rows.map(([name, said]) => new Option(said, name, false, name === now)));
  }
}

/** Times, sums and counts beside the rows. */
function reckon(): void {
  const anchor = Number(form?.dataset.anchor ?? 0) / 1e6;
  let at = 0;
  for (const row of list("segments")) {
    const clock = row.querySelector<HTMLElement>("[data-at]");
    const minutes = Number(row.querySelector<HTMLInputElement>('[data-f="minutes"]')?.value) || 0;
    const said = anchor ? new Date(anchor + at * 60_000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" }) : `+${Math.round(at)}`;
    if (clock && clock.textContent !== said) clock.textContent = said;
    at += minutes;
    const steps = row.querySelector('[data-rows="cues"]');
    const count = row.querySelector<HTMLElement>("[data-count]");
    if (count && steps) count.textContent = (t.steps ?? "").replace("%s", String(rowsOf(steps).length));
  }
  const total = document.getElementById("total");
  const agreed = form?.dataset.agreed ? Number(form.dataset.agreed) / 60 : Number(value("m-minutes"));
  const off = Math.round((at - agreed) * 10) / 10;
  const differs = Math.abs(off) < 0.1 ? "" : ((off > 0 ? t.more : t.less) ?? "").replace("%minutes", String(Math.abs(off)));
  if (total) total.textContent = (t.total ?? "").replace("%minutes", String(Math.round(at * 10) / 10)) + differs;
  for (const none of document.querySelectorAll<HTMLElement>("[data-empty]")) none.hidden = list(none.dataset.empty ?? "").length > 0;
}

function trouble(words: string, clash = false): void {
  const place = form?.querySelector<HTMLElement>(".savebar [data-problem]");
  const span = place?.querySelector("span");
  if (place && span) {
    span.textContent = words;
    place.hidden = words === "";
  }
  document.getElementById("clash")?.toggleAttribute("hidden", !clash);
}

function clean(version: number): void {
  if (!form) return;
  form.dataset.base = String(version);
  dirty = false;
  trouble("");
  const said = (t.version ?? "").replace("%s", String(version));
  const place = document.getElementById("saved");
  if (place) place.textContent = said;
}

async function save(): Promise<void> {
  if (!form?.reportValidity()) return;
  const button = document.querySelector<HTMLButtonElement>("#save");
  if (button) button.disabled = true;
  try {
    const made = await deed<{ version: number; template_id?: string }>(form.dataset.path ?? "", body());
    clean(made.version);
    toast(document.getElementById("saved")?.textContent ?? "");
    if (made.template_id && !form.dataset.path?.endsWith(made.template_id)) location.assign(`/produce/templates/${made.template_id}`);
  } catch (error) {
    trouble(refusal(error), error instanceof Problem && error.code.endsWith("_changed"));
  } finally {
    if (button) button.disabled = false;
  }
}

/** One's own list upon the other's version: a decision, made after it was told. */
async function insist(): Promise<void> {
  const path = form?.dataset.path ?? "";
  try {
    const plan = form?.dataset.kind === "checklist" ? path.replace(/checklist$/, "plan") : path;
    const now = (await (await ask(plan)).json()) as { version?: number; checklist_version?: number };
    if (form) form.dataset.base = String(now.checklist_version ?? now.version ?? 0);
    await save();
  } catch (error) {
    trouble(refusal(error), true);
  }
}

if (form) {
  const begun = new Set(JSON.parse(form.dataset.begun ?? "[]") as string[]);
  keepRows((row) => {
    if (!begun.has(row.dataset.id ?? "")) return true;
    toast(t.begun ?? "", "alarm");
    return false;
  });
  onRows(() => {
    dirty = true;
    const place = document.getElementById("saved");
    if (place && t.dirty) place.textContent = t.dirty;
    offer();
    reckon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void save();
  });
  document.getElementById("mine")?.addEventListener("click", () => void insist());
  document.getElementById("theirs")?.addEventListener("click", () => {
    dirty = false;
    location.reload();
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  dressAll();
  offer();
  reckon();
}
listenForDeeds({ reload: () => location.reload() });
