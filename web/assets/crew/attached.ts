/* 拍照 and 口述 beside an entry. In: a place on the page, the picture and sound this phone has. Out: ids of the files that
   wait or are kept, shown as thumbnails until the entry is made. */

import { say, toast } from "../ui";
import { OutboxFull } from "./outbox";
import { frameOf, photoOf, type Shot, Voice } from "./shots";
import type { Spot } from "./spot";
import { $ } from "./views";
import { clock, word } from "./words";

export interface Lenses {
  /** The stream this phone sends, null while it holds no camera. */
  stream(): MediaStream | null;
  camera(): string;
}

export class Attached {
  ids: string[] = [];
  private readonly voice = new Voice();
  private readonly host: HTMLElement;
  private urls: string[] = [];

  constructor(
    name: string,
    private readonly spot: Spot,
    private readonly lenses: Lenses,
    private readonly isPrivate: boolean,
    private readonly video: () => HTMLVideoElement | null,
  ) {
    this.host = document.querySelector<HTMLElement>(`[data-shots="${name}"]`) as HTMLElement;
    this.host.append($<HTMLTemplateElement>("shots-row").content.cloneNode(true));
    const pick = this.host.querySelector<HTMLInputElement>("input[type=file]");
    this.key("shoot").onclick = () => void this.shoot();
    this.key("speak").onclick = () => void this.speak();
    pick?.addEventListener("change", () => {
      const file = pick.files?.[0];
      pick.value = "";
      if (file) void photoOf(file).then((shot) => this.keep(shot, "photo"));
    });
  }

  clear(): void {
    this.voice.stop();
    this.ids = [];
    for (const url of this.urls) URL.revokeObjectURL(url);
    this.urls = [];
    for (const each of this.host.querySelectorAll("img, .heard, .hint")) each.remove();
  }

  private key(name: string): HTMLElement {
    return this.host.querySelector<HTMLElement>(`[data-${name}]`) as HTMLElement;
  }

  /** While this phone sends its camera, a photo is a frame of it; else the phone's own camera takes one. */
  private async shoot(): Promise<void> {
    if (!this.ready()) return;
    const stream = this.lenses.stream();
    if (!stream) return this.host.querySelector<HTMLInputElement>("input[type=file]")?.click();
    const video = this.video() ?? $<HTMLVideoElement>("own-picture");
    const shot = await frameOf(video);
    if (!shot) return toast(word("no_frame"), "alarm");
    navigator.vibrate?.(40);
    await this.keep(shot, "photo");
  }

  /** Evidence has a maker and an episode. */
  private ready(): boolean {
    const why = !this.spot.me ? "sign_in_first" : this.spot.known?.episode ? "" : "no_episode";
    if (why) toast(word(why), "alarm");
    return !why;
  }

  private async speak(): Promise<void> {
    const key = this.key("speak");
    const text = key.querySelector("span");
    if (this.voice.on) return this.voice.stop();
    if (!this.ready()) return;
    try {
      await this.voice.start(this.lenses.stream(), (shot) => {
        key.setAttribute("aria-pressed", "false");
        if (text) text.textContent = word("voice_off");
        void this.keep(shot, "voice");
      });
    } catch {
      return toast(word("voice_none"), "alarm");
    }
    key.setAttribute("aria-pressed", "true");
    if (text) text.textContent = word("voice_on");
    if (this.lenses.stream()) toast(word("voice_live"));
  }

  private async keep(shot: Shot | null, sort: "photo" | "voice"): Promise<void> {
    if (!shot) return toast(word(sort === "photo" ? "no_frame" : "voice_none"), "alarm");
    try {
      const camera = this.lenses.camera();
      const more = { ...(camera ? { camera } : {}), ...(this.isPrivate ? { private: "true" } : {}) };
      this.ids.push(await this.spot.putFile(shot.file, shot.sha256, word(sort), more));
    } catch (error) {
      return toast(word(error instanceof OutboxFull ? "full" : "broken_store"), "alarm");
    }
    const made = sort === "photo" ? this.thumbnail(shot.file) : this.heard();
    this.host.prepend(made);
    const kept = word(`${sort === "photo" ? "shot" : "voice"}_kept`, { at: clock(this.spot.now()) });
    let hint = this.host.querySelector<HTMLElement>(".hint");
    if (!hint) {
      hint = document.createElement("p");
      hint.className = "hint";
      this.host.append(hint);
    }
    hint.textContent = kept;
    say(kept);
  }

  private thumbnail(file: Blob): HTMLElement {
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = `${word("photo")} ${clock(this.spot.now())}`;
    this.urls.push(image.src);
    return image;
  }

  private heard(): HTMLElement {
    const made = document.createElement("span");
    made.className = "heard";
    made.textContent = word("voice");
    return made;
  }
}
