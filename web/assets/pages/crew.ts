// The crew's page. In: a scanned or typed code, or what this device kept. Out: a camera on the studio's bench, and the
// rapid test in the same hands.
import { CameraView } from "../crew/camera";
import { forget, type Held, held, join, leave, scannedCode } from "../crew/device";
import { Records } from "../crew/records";
import { Tests, words } from "../crew/tests";
import { $, fill, Showing } from "../crew/views";
import { listenForDeeds } from "../deeds";
import { connect, refresh } from "../live";
import { csrf } from "../net";
import { texts } from "../ui";

const t = texts();
const views = new Showing();
const most = Number($("crew").dataset.kbps) || 2500;
let camera: CameraView | null = null;
let mine: Held | null = null;

async function begin(): Promise<void> {
  const code = scannedCode();
  if (code) return tryJoin(code);
  mine = held();
  if (mine) return openCamera(mine);
  views.show("join");
}

async function tryJoin(code: string): Promise<void> {
  views.show("opening");
  $("join-problem").hidden = true;
  try {
    camera?.close();
    mine = await join(code);
    await openCamera(mine);
  } catch (error) {
    fill("join-problem-text", words(error, t.offline));
    $("join-problem").hidden = false;
    mine = held();
    views.show("join");
  }
}

async function openCamera(device: Held): Promise<void> {
  camera = new CameraView(device, views, most);
  await camera.open();
}

/** Sign in without leaving the page: the camera goes on. The door's own page says what was wrong. */
async function signIn(form: HTMLFormElement): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  let said = t.offline ?? "";
  try {
    const fields = new URLSearchParams([...new FormData(form)] as [string, string][]);
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "X-CSRF-Token": csrf() }, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && answer.redirected) {
      await refresh();
      return become();
    }
    said = page.querySelector(".wrong")?.textContent?.trim() || (t.sign_in_elsewhere ?? "");
  } catch {
    /* offline, as said */
  }
  const place = problem?.querySelector("span");
  if (problem && place) {
    place.textContent = said;
    problem.hidden = false;
  }
}

/** Who is signed in stands in a live part, so that signing in never interrupts the camera. */
let connected = false;
function become(): void {
  $("crew").dataset.me = document.getElementById("me")?.dataset.me ?? "";
  if ($("crew").dataset.me && !connected) {
    connected = true;
    connect(["crew"]);
  }
}

$("join-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void tryJoin($<HTMLInputElement>("code").value);
});
$("leave").addEventListener("click", () => $<HTMLDialogElement>("leave-ask").showModal());
$("leave-yes").addEventListener("click", () => {
  const was = mine;
  camera?.close();
  camera = null;
  mine = null;
  forget();
  if (was) void leave(was);
  views.show("join");
});
$("trouble-again").addEventListener("click", () => void camera?.openLens());
document.addEventListener("submit", (event) => {
  if ((event.target as HTMLElement).matches("#other-person, #correct-words")) return event.preventDefault();
  const form = event.target as HTMLFormElement;
  if (form.id !== "sign-in") return;
  event.preventDefault();
  void signIn(form);
});
document.addEventListener("click", (event) => {
  const to = (event.target as Element).closest<HTMLElement>("[data-to]")?.dataset.to;
  if (to === "tests") views.show("tests");
  else if (to === "records") void records.open();
  else if (to === "back") views.show(mine ? "camera" : "join");
});
addEventListener("hashchange", () => void (location.hash.includes("join=") && tryJoin(scannedCode())));

listenForDeeds({ voided: () => $<HTMLDialogElement>("void-ask").close() });
new Tests(views);
const records = new Records(views);
become();
void begin();
