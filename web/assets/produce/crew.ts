/* Who does what, on /produce. In: rows of posts and people. Out: one save of the whole list upon the one read; the desk says
   what one person may not combine. The other form fills itself in from the chosen template. */

import { deed, refusal } from "../deeds";
import { held, keepRows, onRows, rowsOf } from "./rows";

/** Who may have the post stands at the top, the others cannot be chosen. */
function fit(row: HTMLElement): void {
  const post = row.querySelector<HTMLSelectElement>('[data-f="post"]')?.value ?? "";
  const people = row.querySelector<HTMLSelectElement>('[data-f="user_id"]');
  for (const one of people?.options ?? []) one.disabled = !(JSON.parse(one.dataset.posts ?? "[]") as string[]).includes(post);
  if (people?.selectedOptions[0]?.disabled) people.value = [...people.options].find((one) => !one.disabled)?.value ?? "";
  const camera = row.querySelector<HTMLSelectElement>('[data-f="camera"]');
  if (camera) {
    camera.disabled = post !== "camera";
    if (camera.disabled) camera.value = "";
  }
}

export function keepCrew(): void {
  const form = document.querySelector<HTMLFormElement>("#crew-form");
  const list = form?.querySelector('[data-rows="crew"]');
  if (form && list) {
    keepRows();
    const fitAll = (): void => rowsOf(list).forEach(fit);
    onRows(fitAll);
    fitAll();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void save(form, list);
    });
  }
  const template = document.querySelector<HTMLSelectElement>("#e-template");
  template?.addEventListener("change", () => {
    const { minutes, cameras, theme } = template.selectedOptions[0]?.dataset ?? {};
    const fields: [string, string | undefined][] = [["#e-minutes", minutes], ["#e-cameras", cameras], ["#e-theme", theme]];
    for (const [id, text] of fields) {
      const field = document.querySelector<HTMLInputElement>(id);
      if (field && text !== undefined) field.value = text;
    }
  });
}

async function save(form: HTMLFormElement, list: Element): Promise<void> {
  const place = form.querySelector<HTMLElement>("[data-problem]");
  const words = place?.querySelector("span");
  if (place) place.hidden = true;
  try {
    const crew = rowsOf(list).map((row) => held(row, ""));
    await deed(form.dataset.path ?? "", { base: form.dataset.base ?? "", crew });
    location.reload();
  } catch (error) {
    if (!place || !words) return;
    words.textContent = refusal(error);
    place.hidden = false;
  }
}
