/* Businesses. In: what is typed, a file. Out: the nearest while typing; a file checked, its report, and brought in on
   a press. What is typed goes in a body: it stands in no address. */
import { commandId, deed, refusal } from "../deeds";
import { ask, Problem } from "../net";
import { texts } from "../ui";

const PAUSE_MS = 120;
const LOOK_MS = 700;
const MOST = 20;

interface Entity {
  entity_id: number;
  name: string;
  licence: string;
  place: string;
  risk: string;
  credit: string;
  hygiene: string;
}
interface Standing {
  import_id: string;
  name: string;
  state: string;
  says: string;
  share: number;
  unknown: string[];
  bad: number;
  troubles: { line: number; column: string; value: string; says: string }[];
  [count: string]: unknown;
}

const said = texts();
const by = <T extends HTMLElement>(id: string): T | null => document.getElementById(id) as T | null;

function element(name: string, text = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function row(one: Entity): HTMLElement {
  const item = element("li");
  const left = element("span");
  const link = element("a") as HTMLAnchorElement;
  link.href = `/produce/entities/${one.entity_id}`;
  link.append(element("b", one.name));
  left.append(link, element("br"), element("small", `${one.licence} · ${one.place || "—"}`));
  const grades = element("small", (["risk", "credit", "hygiene"] as const).filter((scale) => one[scale]).map((scale) => `${said[scale]} ${one[scale]}`).join(" "));
  grades.className = "grades";
  item.append(left, grades);
  return item;
}

function trouble(place: HTMLElement | null, words: string): void {
  if (!place) return;
  (place.querySelector("span") ?? place).textContent = words;
  place.hidden = !words;
}

function keepSearch(): void {
  const typed = by<HTMLInputElement>("typed");
  const rows = by("rows");
  const status = by("said");
  if (!typed || !rows || !status) return;
  const first = [...rows.children];
  let waits = 0;
  let asked: AbortController | undefined;
  const search = async (): Promise<void> => {
    asked?.abort();
    asked = new AbortController();
    const text = typed.value.trim();
    const away = [by("more"), by("none")];
    for (const each of away) if (each) each.hidden = text !== "";
    trouble(by("find-problem"), "");
    if (!text || /^[\x21-\x7e]$/.test(text)) {
      rows.replaceChildren(...first);
      status.textContent = text ? (said.one ?? "") : "";
      return;
    }
    status.textContent = said.searching ?? "";
    try {
      const answer = await ask("/api/v1/entities/search", { json: { typed: text }, signal: asked.signal });
      const { entities } = (await answer.json()) as { entities: Entity[] };
      rows.replaceChildren(...entities.map(row));
      status.textContent = entities.length === MOST ? (said.most ?? "") : entities.length ? (said.found ?? "").replace("%s", String(entities.length)) : (said.nothing ?? "");
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      status.textContent = "";
      trouble(by("find-problem"), refusal(error));
    }
  };
  const soon = (): void => {
    clearTimeout(waits);
    waits = window.setTimeout(() => void search(), PAUSE_MS);
  };
  // A word in the making (pinyin input) is no word yet.
  typed.addEventListener("input", (event) => (event as InputEvent).isComposing || soon());
  typed.addEventListener("compositionend", soon);
  by("find")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
}

let shown = "";
let looks = 0;

function draw(now: Standing): void {
  by("now")!.hidden = false;
  by("now-name")!.textContent = now.name;
  by("now-says")!.textContent = now.says;
  const working = now.state === "checking" || now.state === "applying";
  const bar = by<HTMLProgressElement>("now-share")!;
  bar.value = now.share;
  bar.hidden = !working;
  for (const place of document.querySelectorAll<HTMLElement>("[data-count]")) place.textContent = String(now[place.dataset.count ?? ""] ?? 0);
  const unknown = by("now-unknown")!;
  unknown.hidden = !now.unknown.length;
  unknown.textContent = (said.unknown ?? "").replace("%s", now.unknown.join("、"));
  by("apply")!.hidden = now.state !== "checked";
  by("stop")!.hidden = !(working || now.state === "checked");
  const file = by<HTMLAnchorElement>("troubles-file")!;
  file.hidden = !now.bad;
  file.href = `/api/v1/entities/imports/${now.import_id}/troubles.csv`;
  by("told-frame")!.hidden = !now.troubles.length;
  by("told")!.replaceChildren(
    ...now.troubles.map((each) => {
      const line = element("tr");
      line.append(element("td", String(each.line)), element("td", each.column), element("td", each.value), element("td", each.says));
      return line;
    }),
  );
}

async function look(): Promise<void> {
  clearTimeout(looks);
  if (!shown) return;
  try {
    const now = (await (await ask(`/api/v1/entities/imports/${shown}`)).json()) as Standing;
    draw(now);
    if (now.state !== "checking" && now.state !== "applying") return;
  } catch (error) {
    if (error instanceof Problem) return;
    by("now-says")!.textContent = said.offline ?? "";
  }
  looks = window.setTimeout(() => void look(), LOOK_MS);
}

function show(importId: string): void {
  shown = importId;
  by("now")!.hidden = false;
  by("now-name")?.focus();
  void look();
}

function send(file: File): Promise<string> {
  return new Promise((done, fail) => {
    void ask(`/api/v1/entities/imports?${new URLSearchParams({ name: file.name.slice(0, 200) }).toString()}`, {
      method: "POST",
      body: file,
      headers: { "Content-Type": "text/csv", "X-Command-Id": commandId() },
    })
      .then(async (answer) => done(((await answer.json()) as { import_id: string }).import_id))
      .catch(fail);
  });
}

function keepImport(): void {
  const form = by<HTMLFormElement>("bring");
  if (!form) return;
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  const button = form.querySelector<HTMLButtonElement>("button")!;
  const act = async (source: HTMLButtonElement, work: () => Promise<void>): Promise<void> => {
    trouble(problem, "");
    source.disabled = true;
    try {
      await work();
    } catch (error) {
      trouble(problem, refusal(error));
    } finally {
      source.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = by<HTMLInputElement>("file")?.files?.[0];
    if (!file) return;
    const words = button.textContent;
    button.textContent = said.sending ?? "";
    void act(button, async () => show(await send(file))).finally(() => (button.textContent = words));
  });
  for (const what of ["apply", "stop"]) {
    const press = by<HTMLButtonElement>(what);
    press?.addEventListener("click", () => void act(press, async () => {
      await deed(`/api/v1/entities/imports/${shown}/${what}`);
      show(shown);
    }));
  }
  for (const each of document.querySelectorAll<HTMLElement>("[data-import]")) each.addEventListener("click", () => show(each.dataset.import ?? ""));
}

keepSearch();
keepImport();
