/* 开播检查. In: a press. Out: what the desk found, what is wrong first, each with its mend. */

import { deed, refusal } from "../deeds";
import { texts } from "../ui";
import { put } from "./status";

interface Finding {
  name: string;
  ok: boolean;
  says: string;
  mend: string;
}

const t = texts();

export function openPreflight(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#preflight");
  document.getElementById("preflight-open")?.addEventListener("click", () => {
    dialog?.showModal();
    void look();
  });
  document.getElementById("preflight-again")?.addEventListener("click", () => void look());
}

async function look(): Promise<void> {
  const again = document.querySelector<HTMLButtonElement>("#preflight-again");
  if (again?.disabled) return;
  if (again) again.disabled = true;
  put(document, "#preflight-say", t.looking ?? "");
  try {
    show((await deed<{ findings: Finding[] }>("/api/v1/preflight")).findings);
  } catch (error) {
    put(document, "#preflight-say", refusal(error));
  } finally {
    if (again) again.disabled = false;
  }
}

function show(findings: Finding[]): void {
  const shape = document.querySelector<HTMLTemplateElement>("#preflight-row");
  if (!shape) return;
  const bad = findings.filter((one) => !one.ok);
  put(document, "#preflight-say", bad.length ? (t.to_mend ?? "").replace("%s", String(bad.length)) : (t.all_well ?? ""));
  document.getElementById("preflight-rows")?.replaceChildren(
    ...[...bad, ...findings.filter((one) => one.ok)].map((one) => {
      const row = shape.content.cloneNode(true) as DocumentFragment;
      const item = row.querySelector("li");
      if (item) item.className = one.ok ? "ok" : "bad";
      if (item) item.dataset.check = one.name;
      put(row, "[data-says]", one.says);
      put(row, "[data-mend]", one.ok ? "" : one.mend);
      return row;
    }),
  );
}
