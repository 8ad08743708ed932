// The producer's page. In: forms and buttons that name their deed. Out: deeds; the page is fetched anew after each.
import { listenForDeeds } from "../deeds";
import { watchRecording } from "../produce/recording";
import { listenForOutputs } from "../outputs";
import { keepClips } from "../produce/clips";
import { connect } from "../live";
import { keepDraws } from "../produce/draw";
import { keepLadder } from "../produce/ladder";
import { keepCrew } from "../produce/crew";

function fill(id: string, text: unknown): void {
  const place = document.getElementById(id);
  if (place) place.textContent = String(text ?? "");
}

listenForDeeds({
  reload: () => location.reload(),
  planned: (_, form) => location.assign(`/produce?episode=${form.querySelector<HTMLInputElement>("[name=number]")?.value ?? ""}`),
  seen: (answer) => {
    fill("seen-name", answer.name);
    fill("seen-place", answer.place);
    fill("seen-address", answer.address);
    const dialog = document.querySelector<HTMLDialogElement>("#seen");
    dialog?.showModal();
    // What was looked at does not stay in the page.
    dialog?.addEventListener("close", () => ["seen-name", "seen-place", "seen-address"].forEach((id) => fill(id, "")), { once: true });
  },
  output: (answer, form) => {
    (form as HTMLFormElement).reset();
    fill("once-url", answer.url);
    document.getElementById("once")?.removeAttribute("hidden");
  },
});

listenForOutputs(() => location.reload());
keepClips();
keepDraws();
keepLadder();
keepCrew();

document.getElementById("once-done")?.addEventListener("click", () => location.reload());
document.addEventListener("click", (event) => {
  const opens = (event.target as Element).closest<HTMLElement>("[data-open]")?.dataset.open;
  if (opens) document.querySelector<HTMLDialogElement>(`#${opens}`)?.showModal();
});
watchRecording();

// On air somebody else may change the cameras: the line follows, half-filled forms stay.
if (document.querySelector('[data-live="cameras-line"]')) connect(["studio"]);
