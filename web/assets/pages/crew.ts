// The crew's page. In: a scanned or typed code, or what this device kept. Out: a camera on the studio's bench, and the
// rapid test in the same hands.
import { AskView } from "../crew/ask";
import { CameraView } from "../crew/camera";
import { ChecklistView } from "../crew/checklist";
import { ConsentView } from "../crew/consent";
import { duties, forget, type Held, held, join, leave, scannedCode, setDuties } from "../crew/device";
import { Records } from "../crew/records";
import { ScanView } from "../crew/scan";
import { keepShell } from "../crew/shell";
import { Spot } from "../crew/spot";
import { Tests, words } from "../crew/tests";
import { $, fill, Showing, type ViewName } from "../crew/views";
import { listenToWaiting, showWaiting } from "../crew/waiting";
import { listenForDeeds } from "../deeds";
import { connect, on, refresh } from "../live";
import { csrf } from "../net";
import { texts } from "../ui";

const t = texts();
const views = new Showing();
const most = Number($("crew").dataset.kbps) || 2500;
let camera: CameraView | null = null;
let mine: Held | null = null;
const spot = new Spot(() => $("crew").dataset.me ?? "", showWaiting);

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

/** Keys of duties this phone does not have are not drawn; 更多 gives them back. */
function dressDuties(): void {
  const mine = duties();
  for (const key of document.querySelectorAll<HTMLElement>("[data-duty]")) key.hidden = !mine.includes(key.dataset.duty ?? "");
  for (const box of document.querySelectorAll<HTMLInputElement>("#duties input")) box.checked = mine.includes(box.value);
}

async function openCamera(device: Held): Promise<void> {
  camera = new CameraView(device, views, most);
  $("crew").dataset.deskHeld = "yes";
  dressDuties();
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
  if ($("crew").dataset.me) void spot.load().then(() => spot.outbox.send());
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
  $("crew").dataset.deskHeld = "no";
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
  if (to === "back") views.show(mine ? "camera" : "join");
  else if (to === "records") void records.open();
  else if (to) views.show(to as ViewName);
});
addEventListener("hashchange", () => void (location.hash.includes("join=") && tryJoin(scannedCode())));

listenForDeeds({ voided: () => $<HTMLDialogElement>("void-ask").close() });
// Whoever is signed in, or the door, stands on each view that asks for it; there is one of it, which is kept fresh.
views.moved.push((_, to) => document.querySelector(`.view[data-view="${to}"] [data-person]`)?.append($("person-box")));
on("spot", () => void spot.load());
// A page that was opened without network, or before its session ended, becomes the signed-in one when it can.
on("refreshed", become);
let mended = 0;
spot.onChange(() => {
  if (!spot.fresh || $("crew").dataset.me || Date.now() - mended < 30_000) return;
  mended = Date.now();
  void refresh();
});
addEventListener("online", () => void spot.load());
new Tests(views, spot.outbox);
const records = new Records(views);
const lenses = { stream: () => camera?.stream ?? null, camera: () => mine?.camera ?? "" };
new ChecklistView(spot, views, lenses);
new ScanView(views, lenses);
new AskView(spot, views, lenses);
new ConsentView(spot, views);
listenToWaiting(spot.outbox);
$("crew").dataset.deskHeld = "no";
void spot.open().then(become);
void begin();
$("duties").addEventListener("change", () => {
  setDuties(["film", ...[...document.querySelectorAll<HTMLInputElement>("#duties input:checked")].map((box) => box.value)]);
  dressDuties();
});
dressDuties();
keepShell();
