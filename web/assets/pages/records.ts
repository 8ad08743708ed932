// Served records, for a legal reviewer. In: forms and buttons that name their deed. Out: deeds; the page follows each.
import { listenForDeeds, deed, refusal } from "../deeds";
import { refresh } from "../live";

const again = (): void => void refresh();
listenForDeeds({ again });

/** An outcome's axis and kind are one choice for a person and two fields for the desk. */
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const path = form.dataset.outcome;
  if (!path) return;
  event.preventDefault();
  const fields = new FormData(form);
  const [axis, outcome] = String(fields.get("chosen")).split(":");
  void record(form, path, { axis, outcome, detail: String(fields.get("detail") ?? "").trim() });
});

async function record(form: HTMLFormElement, path: string, body: Record<string, unknown>): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  if (problem) problem.hidden = true;
  try {
    await deed(path, body);
    form.reset();
    again();
  } catch (error) {
    const said = problem?.querySelector("span");
    if (!problem || !said) return;
    said.textContent = refusal(error);
    problem.hidden = false;
  }
}
