/* The disclosure ladder's form. In: rows of who, when, released by whom. Out: the whole ladder in one deed. */

import { deed, refusal } from "../deeds";

interface Rung {
  title: string;
  people: string[];
  minutes_before: number | null;
  releaser: string;
}

function rung(row: HTMLElement): Rung | null {
  const field = <T extends HTMLElement>(name: string): T | null => row.querySelector<T>(`[data-rung="${name}"]`);
  const title = field<HTMLInputElement>("title")?.value.trim() ?? "";
  const people = [...(field<HTMLSelectElement>("people")?.selectedOptions ?? [])].map((each) => each.value);
  const minutes = field<HTMLInputElement>("minutes")?.value.trim() ?? "";
  // A row in which nobody was chosen is not a rung: it was only offered.
  if (!people.length && (!title || row.dataset.offered !== undefined)) return null;
  return { title, people, minutes_before: minutes === "" ? null : Number(minutes), releaser: field<HTMLSelectElement>("releaser")?.value ?? "" };
}

async function save(form: HTMLFormElement): Promise<void> {
  const rows = [...form.querySelectorAll<HTMLElement>("[data-rung-row]")];
  const rungs = rows.map(rung).filter((each): each is Rung => each !== null);
  await deed(form.dataset.ladder ?? "", { rungs, version: Number(form.dataset.version ?? 0) });
  location.reload();
}

export function keepLadder(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.ladder === undefined) return;
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>("button");
    const problem = form.querySelector<HTMLElement>("[data-problem]");
    if (button) button.disabled = true;
    if (problem) problem.hidden = true;
    save(form).catch((error: unknown) => {
      if (button) button.disabled = false;
      if (!problem) return;
      (problem.querySelector("span") ?? problem).textContent = refusal(error);
      problem.hidden = false;
    });
  });
}
