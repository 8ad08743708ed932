// The house's tables and instruments. In: an edited CSV, an instrument's name. Out: deeds; a key that is shown once.
import { deed, listenForDeeds, refusal } from "../deeds";
import { refresh } from "../live";
import { texts, toast } from "../ui";

listenForDeeds({
  again: () => void refresh(),
  key: (answer, form) => {
    (form as HTMLFormElement).reset();
    const shown = document.getElementById("key-text");
    const dialog = document.querySelector<HTMLDialogElement>("#key");
    if (!shown || !dialog) return;
    shown.textContent = String(answer.key);
    dialog.showModal();
    // A key does not stay in the page.
    dialog.addEventListener("close", () => ((shown.textContent = ""), void refresh()), { once: true });
  },
});

document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  const form = input.closest<HTMLFormElement>("form.bring");
  if (form && input.files?.[0]) void bring(form, input, input.files[0]);
});

async function bring(form: HTMLFormElement, input: HTMLInputElement, file: File): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  if (problem) problem.hidden = true;
  try {
    const text = await file.text();
    await deed(`/api/v1/tables/${form.dataset.table ?? ""}`, { text, version: Number(form.dataset.version) });
    toast(texts().changed ?? "");
    await refresh();
  } catch (error) {
    const said = problem?.querySelector("span");
    if (!problem || !said) return;
    said.textContent = refusal(error);
    problem.hidden = false;
  } finally {
    // The same file, mended, is chosen again.
    input.value = "";
  }
}
