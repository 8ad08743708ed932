// The public page of a draw. In: a press. Out: the draw run again in this browser, step by step.
import { verify, type Proof } from "../draw/verify";
import { texts } from "../ui";

const button = document.querySelector<HTMLButtonElement>("#check");
const list = document.querySelector<HTMLElement>("#checked");
const meter = document.querySelector<HTMLProgressElement>("#check-progress");
const result = document.querySelector<HTMLElement>("#check-result");

function step(name: string, holds: boolean): void {
  const item = list?.querySelector<HTMLElement>(`[data-step="${name}"]`);
  if (!item) return;
  item.dataset.holds = String(holds);
  item.hidden = false;
  item.querySelector("[data-good]")?.toggleAttribute("hidden", !holds);
  item.querySelector("[data-bad]")?.toggleAttribute("hidden", holds);
}

async function check(): Promise<void> {
  if (!button || !meter || !result) return;
  const words = texts();
  if (!crypto.subtle) {
    result.textContent = words.insecure ?? "";
    return;
  }
  button.disabled = true;
  meter.hidden = false;
  try {
    const answer = await fetch(`/draws/${button.dataset.draw}/proof.json`);
    if (!answer.ok) throw new Error(String(answer.status));
    const proof = (await answer.json()) as Proof;
    const holds = await verify(proof, button.dataset.committed ?? "", step, (share) => (meter.value = share));
    result.textContent = (holds ? words.holds : words.fails) ?? "";
    result.dataset.holds = String(holds);
    names(proof);
  } catch {
    result.textContent = words.offline ?? "";
  } finally {
    button.disabled = false;
    meter.hidden = true;
  }
}

/** Whose tickets came up, as the proof opens them. */
function names(proof: Proof): void {
  const rows = document.querySelector<HTMLElement>("#came");
  const model = document.querySelector<HTMLTemplateElement>("#came-row");
  if (!rows || !model) return;
  rows.replaceChildren();
  const words = texts();
  for (const each of proof.results) {
    const row = model.content.cloneNode(true) as DocumentFragment;
    const put = (name: string, text: string): void => {
      const cell = row.querySelector(`[data-cell="${name}"]`);
      if (cell) cell.textContent = text;
    };
    const strata = (JSON.parse(proof.terms) as { strata: { name: string }[] }).strata;
    put("stratum", strata[each.stratum - 1]?.name || words.all || "");
    put("rank", String(each.rank));
    put("ticket", each.ticket.slice(0, 16));
    put("name", each.opening ? `${each.opening.name} ${each.opening.id}` : (words.closed ?? ""));
    put("fate", [words[each.outcome], words[`reason_${each.reason}`]].filter(Boolean).join(" · "));
    rows.append(row);
  }
  rows.closest<HTMLElement>("section")?.removeAttribute("hidden");
}

button?.addEventListener("click", () => void check());
