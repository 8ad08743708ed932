// The crew's page. In: a scanned or typed code, or what this device kept. Out: a camera on the studio's bench, and the
// rapid test in the same hands.
import { CameraView } from "../crew/camera";
import { forget, type Held, held, join, leave, scannedCode } from "../crew/device";
import { Tests, words } from "../crew/tests";
import { $, fill, Showing } from "../crew/views";
import { connect, refresh } from "../live";
import { ask } from "../net";
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

async function signIn(event: Event): Promise<void> {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  try {
    await ask(form.action, { method: "POST", body: new URLSearchParams([...new FormData(form)] as [string, string][]) });
    location.hash = "tests";
    await refresh();
    become();
  } catch (error) {
    if (problem) problem.textContent = words(error, t.offline);
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
  if ((event.target as HTMLElement).id === "sign-in") void signIn(event);
});
document.addEventListener("click", (event) => {
  const to = (event.target as Element).closest<HTMLElement>("[data-to]")?.dataset.to;
  if (to === "tests") views.show("tests");
  else if (to === "back") views.show(mine ? "camera" : "join");
});
addEventListener("hashchange", () => void (location.hash.includes("join=") && tryJoin(scannedCode())));

new Tests(views);
become();
void begin();
