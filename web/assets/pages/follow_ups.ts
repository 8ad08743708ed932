// Follow-up checks. In: which of a form's two buttons was pressed. Out: what was seen, as a deed.
import { deed, listenForDeeds, refusal } from "../deeds";
import { refresh } from "../live";

listenForDeeds({ again: () => void refresh() });

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.dataset.check) return;
  event.preventDefault();
  const pressed = (event as SubmitEvent).submitter as HTMLButtonElement | null;
  void done(form, form.dataset.check, pressed?.value === "yes");
});

async function done(form: HTMLFormElement, path: string, rectified: boolean): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  if (problem) problem.hidden = true;
  try {
    await deed(path, { rectified, note: String(new FormData(form).get("note") ?? "").trim() });
    await refresh();
  } catch (error) {
    const said = problem?.querySelector("span");
    if (!problem || !said) return;
    said.textContent = refusal(error);
    problem.hidden = false;
  }
}
