// Where one goes. In: a press from an open rung. Out: the address in a dialog, gone from the page when that is closed.
import { listenForDeeds } from "../deeds";

const FIELDS = ["name", "place", "address"];

function fill(answer: Record<string, unknown>): void {
  for (const name of FIELDS) {
    const place = document.getElementById(`seen-${name}`);
    if (place) place.textContent = String(answer[name] ?? "");
  }
}

listenForDeeds({
  reload: () => location.reload(),
  seen: (answer, button) => {
    fill(answer);
    const dialog = document.querySelector<HTMLDialogElement>("#seen");
    const known = document.querySelector<HTMLButtonElement>("#seen-known");
    if (known) known.dataset.deed = `/api/v1/ladder/${button.dataset.rung}/acknowledge`;
    dialog?.showModal();
    dialog?.addEventListener("close", () => { fill({}); location.reload(); }, { once: true });
  },
});
