// The director's page. In: status, fragments, clicks and keys. Out: deeds; pictures by WHEP and HLS.
import { deed, listenForDeeds, refusal } from "../deeds";
import { connect, on } from "../live";
import { listenForOutputs } from "../outputs";
import { paint, texts, toast } from "../ui";
import { calledBack, listenForGuards, showGuards } from "../studio/guards";
import { listenForMix, showMix, transition } from "../studio/mix";
import { PublicScreen, Screens } from "../studio/monitors";
import { showField } from "../studio/field";
import { openPlan } from "../studio/plan";
import { lookAgain, openPreflight } from "../studio/preflight";
import { dress, mayAct, openSeat, showDesk } from "../studio/seat";
import { showStatus, type Status } from "../studio/status";
import { countRun, listenForRun } from "../studio/run";
import { openTalk, talkTo } from "../studio/talk";

const t = texts();
const screens = new Screens(document);
const publicVideo = document.querySelector<HTMLVideoElement>("#public-picture");
const publicScreen = publicVideo ? new PublicScreen(publicVideo) : null;
let cued = "";
let last: Status | null = null;

/** Tiles came, went or were painted anew: pictures and tallies follow. */
function camerasChanged(): void {
  screens.follow();
  if (last) heard(last);
}

function heard(status: Status): void {
  last = status;
  cued = status.studio?.cued ?? "";
  showDesk(status.desk);
  showStatus(status);
  showGuards(status.playout);
  showMix(status.studio, status.live);
  showField(status.field);
  const live = new Set(status.studio?.cameras.filter((one) => one.state === "live").map((one) => one.camera) ?? []);
  screens.update(status.studio?.epoch ?? 0, status.studio?.ready ?? false, live);
  void publicScreen?.update(status.playout?.public ?? "away", calledBack(status.playout));
}

async function take(source: string): Promise<void> {
  if (!mayAct()) return;
  const box = document.querySelector(`.cam[data-camera="${CSS.escape(source)}"]`);
  box?.classList.add("is-taking");
  try {
    await deed("/api/v1/studio/take", { source, transition: transition() });
  } catch (error) {
    toast(refusal(error), "alarm");
  } finally {
    box?.classList.remove("is-taking");
  }
}

async function cue(source: string): Promise<void> {
  if (!mayAct()) return;
  await deed("/api/v1/studio/cue", { source }).catch((error: unknown) => toast(refusal(error), "alarm"));
}

function cameraAt(key: string): string {
  return document.querySelector<HTMLElement>(`.cam[data-key="${key}"]`)?.dataset.camera ?? "";
}

document.addEventListener("keydown", (event) => {
  const where = event.target as Element;
  const busy = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
  if (busy || where.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? "";
  const source = digit ? cameraAt(digit) : "";
  if (source) {
    event.preventDefault();
    void (event.shiftKey ? cue(source) : take(source));
  } else if (event.code === "KeyS") void take("slate");
  else if (event.code === "Enter" && cued && !where.closest("button, a, summary")) void take(cued);
});

document.addEventListener("click", (event) => {
  const from = event.target as Element;
  const camera = from.closest<HTMLElement>(".cam")?.dataset.camera;
  const cueing = from.closest<HTMLElement>("[data-cue]")?.dataset.cue;
  const joining = from.closest<HTMLElement>("[data-join]")?.dataset.join;
  const talking = from.closest<HTMLElement>("[data-talk]")?.dataset.talk;
  const opening = from.closest<HTMLElement>("[data-open]");
  if (opening) openEnd(opening);
  else if (joining) openJoin(joining);
  else if (talking) talkTo(talking);
  else if (cueing) void cue(cueing);
  else if (camera) void take(camera);
  else if (from.closest("#slate")) void take("slate");
  else if (from.closest("#listen")) listen(from.closest<HTMLElement>("#listen"));
});

listenForMix();
listenForGuards();
listenForRun();

function listen(button: HTMLElement | null): void {
  const video = document.querySelector<HTMLVideoElement>('video[data-source="program"]');
  if (!video || !button) return;
  video.muted = !video.muted;
  button.setAttribute("aria-pressed", String(!video.muted));
}

function openJoin(camera: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("#join");
  if (!dialog) return;
  for (const name of dialog.querySelectorAll("[data-name]")) name.textContent = camera;
  (dialog.querySelector("[name=camera]") as HTMLInputElement).value = camera;
  dialog.querySelector("[data-got]")?.setAttribute("hidden", "");
  dialog.querySelector("[data-ask]")?.removeAttribute("hidden");
  dialog.showModal();
}

function openEnd(button: HTMLElement): void {
  const yes = document.getElementById("end-yes");
  if (yes) yes.dataset.deed = button.dataset.path ?? "";
  document.querySelector<HTMLDialogElement>("#air-ask")?.showModal();
}

listenForDeeds({
  joined: (answer) => {
    const dialog = document.querySelector<HTMLDialogElement>("#join");
    const qr = dialog?.querySelector(".qr");
    if (!dialog || !qr) return;
    const drawn = new DOMParser().parseFromString(String(answer.qr_svg), "image/svg+xml").documentElement;
    qr.replaceChildren(document.importNode(drawn, true));
    (dialog.querySelector(".code") as HTMLElement).textContent = String(answer.code);
    (dialog.querySelector("[data-url]") as HTMLElement).textContent = String(answer.url).split("#")[0] ?? "";
    dialog.querySelector("[data-ask]")?.setAttribute("hidden", "");
    dialog.querySelector("[data-got]")?.removeAttribute("hidden");
  },
  air: () => document.querySelector<HTMLDialogElement>("#air-ask")?.close(),
  decided: () => void lookAgain(),
  handed: () => document.querySelector<HTMLDialogElement>("#hand-over")?.close(),
});

listenForOutputs();

on("status", (message) => heard(message.status as Status));
on("link", (message) => document.getElementById("desk-lost")?.toggleAttribute("hidden", message.state !== "lost"));
on("fragment", (message) => {
  paint();
  dress();
  if (message.target === "runs") countRun();
  if (message.target === "cameras") camerasChanged();
  else if (message.target === "mix" && last) heard(last);
});
on("refreshed", camerasChanged);

function ticking(): void {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const span = (s: number): string => `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
  const now = Date.now() / 1000;
  for (const clock of document.querySelectorAll<HTMLElement>("[data-clock]")) {
    const at = Number(clock.dataset.at) / 1e9;
    const day = new Date();
    const text =
      clock.dataset.clock === "now"
        ? `${two(day.getHours())}:${two(day.getMinutes())}:${two(day.getSeconds())}`
        : clock.dataset.clock === "since"
          ? span(Math.max(0, now - at))
          : at >= now
            ? span(at - now)
            : `${t.over ?? ""}${span(now - at)}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}

setInterval(ticking, 500);
ticking();
const first = JSON.parse(document.getElementById("status-now")?.textContent || "null") as Status | null;
if (first) heard(first);
openSeat();
openPreflight();
openTalk();
openPlan();
connect(["studio"]);
