/* The director's words and voice. In: prompts of the desk, a press that says an earpiece is in. Out: words shown big until
   tapped, read out if wished; the voice in the earpiece, by a session of its own that the camera's knows nothing of. */

import { Keeper, type KeeperState } from "../link";
import { ask } from "../net";
import { say } from "../ui";
import { bearer, type Held } from "./device";
import { $, fill } from "./views";

const KEPT = "daylight.earpiece";

class Earpiece extends Keeper {
  constructor(
    private readonly sound: HTMLAudioElement,
    mine: Held,
    report: (state: KeeperState) => void,
  ) {
    super(new URL("/whep/talkback", location.origin).href, () => bearer(mine), report);
  }

  protected build(servers: RTCIceServer[]): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: servers });
    pc.addTransceiver("audio", { direction: "recvonly" });
    pc.ontrack = ({ track }) => {
      this.sound.srcObject = new MediaStream([track]);
      void this.sound.play().catch(() => undefined);
    };
    return pc;
  }
}

export class Ears {
  private earpiece: Earpiece | null = null;
  private prompt = "";

  constructor(
    private readonly mine: Held,
    private readonly changed: (listening: boolean) => void,
  ) {
    const button = $("earpiece");
    button.onclick = () => (this.earpiece ? this.close() : this.open());
    $("prompt-heard").onclick = () => this.tap();
    if (localStorage.getItem(KEPT) === "yes") this.open();
  }

  get listening(): boolean {
    return this.earpiece !== null;
  }

  stop(): void {
    this.earpiece?.stop();
    this.earpiece = null;
    this.hush();
  }

  /** Words of the director, or none. */
  heard(prompt: { prompt_id: string; text: string } | null): void {
    const id = prompt?.prompt_id ?? "";
    if (id === this.prompt) return;
    this.prompt = id;
    if (!prompt) return this.hush();
    fill("prompt-text", prompt.text);
    $("prompt").hidden = false;
    navigator.vibrate?.([120, 80, 120]);
    say(prompt.text);
    // Aloud only into an ear: the phone's own microphone is on the air.
    if (this.earpiece && "speechSynthesis" in window) {
      const spoken = new SpeechSynthesisUtterance(prompt.text);
      spoken.lang = document.documentElement.lang;
      speechSynthesis.speak(spoken);
    }
  }

  private tap(): void {
    const id = this.prompt;
    this.hush();
    const send = (): void =>
      void ask("/api/v1/camera/heard", { method: "POST", json: { prompt_id: id }, headers: bearer(this.mine), signal: AbortSignal.timeout(4000) }).catch(
        () => this.prompt === id && setTimeout(send, 1500),
      );
    if (id) send();
  }

  private hush(): void {
    $("prompt").hidden = true;
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  private open(): void {
    localStorage.setItem(KEPT, "yes");
    this.earpiece = new Earpiece($<HTMLAudioElement>("ear-sound"), this.mine, (state) => ($("earpiece").dataset.link = state));
    this.earpiece.start();
    this.dress();
  }

  private close(): void {
    localStorage.removeItem(KEPT);
    this.stop();
    this.dress();
  }

  private dress(): void {
    $("earpiece").setAttribute("aria-pressed", String(this.listening));
    this.changed(this.listening);
  }
}
