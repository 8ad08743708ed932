/* 开播检查, the gate. In: a press. Out: what the desk found, by stage, what is wrong first, each with its mend; a named
   person may go on without some of the points that the show waits for. */

import { deed, refusal } from "../deeds";
import { texts } from "../ui";
import { put } from "./status";

interface Finding {
  name: string;
  title: string;
  ok: boolean;
  says: string;
  mend: string;
  stage: string;
  stage_says: string;
  blocks: boolean;
  open_to: boolean;
  decided: string;
}
interface Told {
  episode_id: string;
  waiting: string[];
  findings: Finding[];
}

const t = texts();

export function openPreflight(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#preflight");
  document.getElementById("preflight-open")?.addEventListener("click", () => {
    dialog?.showModal();
    void lookAgain();
  });
  document.getElementById("preflight-again")?.addEventListener("click", () => void lookAgain());
}

export async function lookAgain(): Promise<void> {
  const again = document.querySelector<HTMLButtonElement>("#preflight-again");
  if (again?.disabled) return;
  if (again) again.disabled = true;
  put(document, "#preflight-say", t.looking ?? "");
  try {
    show(await deed<Told>("/api/v1/preflight"));
  } catch (error) {
    put(document, "#preflight-say", refusal(error));
  } finally {
    if (again) again.disabled = false;
  }
}

const settled = (one: Finding): boolean => one.ok || one.decided !== "";

function summary(told: Told): string {
  if (told.waiting.length) return (t.must_mend ?? "").replace("%s", String(told.waiting.length));
  const bad = told.findings.filter((one) => !settled(one)).length;
  return bad ? (t.to_mend ?? "").replace("%s", String(bad)) : (t.all_well ?? "");
}

function show(told: Told): void {
  const stage = document.querySelector<HTMLTemplateElement>("#preflight-stage");
  const rows: Node[] = [];
  put(document, "#preflight-say", summary(told));
  for (const name of ["days", "day", "minutes"]) {
    const mine = told.findings.filter((one) => one.stage === name);
    if (!mine[0] || !stage) continue;
    const head = stage.content.cloneNode(true) as DocumentFragment;
    put(head, "h3", mine[0].stage_says);
    rows.push(head, ...[...mine.filter((one) => !settled(one)), ...mine.filter(settled)].map((one) => row(one, told.episode_id)));
  }
  document.getElementById("preflight-rows")?.replaceChildren(...rows);
}

function row(one: Finding, episode: string): Node {
  const shape = document.querySelector<HTMLTemplateElement>("#preflight-row");
  const made = (shape?.content.cloneNode(true) ?? document.createDocumentFragment()) as DocumentFragment;
  const item = made.querySelector("li");
  if (item) item.className = settled(one) ? "ok" : "bad";
  if (item) item.dataset.check = one.name;
  put(made, "[data-says]", one.title ? `${one.title} · ${one.says}` : one.says);
  put(made, "[data-mend]", settled(one) ? "" : one.mend);
  put(made, "[data-decided]", one.decided);
  const decide = made.querySelector<HTMLElement>("[data-decide]");
  if (decide && one.open_to && !settled(one)) {
    decide.hidden = false;
    const form = decide.querySelector<HTMLFormElement>("form");
    if (form) form.dataset.deed = `/api/v1/episodes/${episode}/gate/decide`;
    const point = decide.querySelector<HTMLInputElement>("[name=point]");
    if (point) point.value = one.name;
  }
  return made;
}
