/* Talkback at the desk. In: a held button or key, words. Out: prompts to phones; the microphone to the studio, aimed only
   while held. The microphone's track is off whenever nobody holds it. */

import { deed, refusal } from "../deeds";
import { Keeper, type KeeperState, type Refusal } from "../link";
import { csrf } from "../net";
import { texts, toast } from "../ui";
import { mayAct } from "./seat";

const t = texts();
const OPEN_S = 8;

class Microphone extends Keeper {
  constructor(
    private readonly stream: MediaStream,
    endpoint: string,
    report: (state: KeeperState, why: Refusal | null) => void,
  ) {
    super(endpoint, () => ({ "X-CSRF-Token": csrf() }), report);
  }

  protected build(servers: RTCIceServer[]): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: servers });
    for (const track of this.stream.getAudioTracks()) pc.addTransceiver(track, { direction: "sendonly", streams: [this.stream] });
    return pc;
  }
}

let microphone: Microphone | null = null;
let stream: MediaStream | null = null;
let state: KeeperState = "idle";
let holding = false;
let aimed = "";

function to(): string {
  return document.querySelector<HTMLInputElement>('[name="talk-to"]:checked')?.value ?? "";
}

function show(): void {
  const live = holding && aimed !== "";
  document.getElementById("talk-hold")?.classList.toggle("is-open", live);
  document.getElementById("talk-open")?.classList.toggle("is-open", live);
  const word = document.getElementById("talk-word");
  const target = to() || (t.talk_all ?? "");
  const text = live ? (t.talk_now ?? "").replace("%s", target) : holding ? t.talk_opening : t.talk_hold;
  if (word && word.textContent !== text) word.textContent = text ?? "";
}

/** Ask for the microphone once; the session then stays, silent, so that the next press is heard at once. */
async function open(): Promise<Microphone> {
  if (!stream) {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    for (const track of stream.getAudioTracks()) track.enabled = false;
  }
  if (!microphone) {
    microphone = new Microphone(stream, new URL("/talk", location.origin).href, (now, why) => {
      state = now;
      if (now !== "live") aimed = "";
      if (now === "refused") {
        toast(why?.detail || (t.talk_away ?? ""), "alarm");
        microphone = null;
      }
      show();
    });
    microphone.start();
  }
  const until = performance.now() + OPEN_S * 1000;
  while (state !== "live" && microphone && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 40));
  if (state !== "live" || !microphone) throw new Error(t.talk_away);
  return microphone;
}

async function press(): Promise<void> {
  if (holding || !mayAct()) return;
  holding = true;
  show();
  try {
    const mic = await open();
    if (!holding) return;
    const session = mic.id;
    await deed(`/api/v1/talk/aim/${session}`, { camera: to(), on: true });
    if (!holding) return void letGo(session);
    aimed = session;
    for (const track of stream?.getAudioTracks() ?? []) track.enabled = true;
  } catch (error) {
    toast((error as DOMException).name === "NotAllowedError" ? (t.talk_refused ?? "") : refusal(error), "alarm");
    holding = false;
  }
  show();
}

async function letGo(session: string): Promise<void> {
  await deed(`/api/v1/talk/aim/${session}`, { camera: "", on: false }).catch(() => undefined);
}

function release(): void {
  if (!holding) return;
  holding = false;
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = false;
  if (aimed) void letGo(aimed);
  aimed = "";
  show();
}

async function send(text: string): Promise<void> {
  if (!mayAct() || !text) return;
  try {
    await deed("/api/v1/talk/say", { camera: to(), text });
  } catch (error) {
    toast(refusal(error), "alarm");
  }
}

export function talkTo(camera: string): void {
  const choice = document.querySelector<HTMLInputElement>(`[name="talk-to"][value="${CSS.escape(camera)}"]`);
  if (choice) choice.checked = true;
  document.getElementById("talk")?.showPopover();
}

export function openTalk(): void {
  const hold = document.getElementById("talk-hold");
  hold?.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    void press();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) hold?.addEventListener(end, release);
  hold?.addEventListener("keydown", (event) => void (!event.repeat && (event.code === "Space" || event.code === "Enter") && press()));
  hold?.addEventListener("keyup", release);
  hold?.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const where = event.target as Element;
    if (event.code !== "KeyV" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (where.matches("input:not([type=radio]), textarea, select") || document.querySelector("dialog[open]")) return;
    void press();
  });
  document.addEventListener("keyup", (event) => void (event.code === "KeyV" && release()));
  addEventListener("blur", release);
  document.getElementById("talk")?.addEventListener("click", (event) => {
    const words = (event.target as Element).closest<HTMLElement>("[data-prompt]")?.dataset.prompt;
    if (words) void send(words);
  });
  document.getElementById("talk-form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = document.querySelector<HTMLInputElement>("#talk-text");
    void send(field?.value.trim() ?? "").then(() => field && (field.value = ""));
  });
}
