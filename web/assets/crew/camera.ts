/* The camera's view: own picture, tally, link, keys. In: what this device holds. Out: a publication that stays up. */

import type { KeeperState, Refusal } from "../link";
import { say, texts, toast } from "../ui";
import { Publisher } from "../whip";
import { Away } from "./away";
import { type CameraNow, forget, type Held, listen } from "./device";
import { Ears } from "./ears";
import { Lens, LensError } from "./lens";
import { Objecting } from "./objection";
import { Standing } from "./standing";
import { type Showing, $, fill } from "./views";
import { Where } from "./where";

const LINK_EVERY_MS = 1000;
const LEVEL_EVERY_MS = 100;

export class CameraView {
  private readonly t = texts();
  private readonly lens = new Lens();
  private publisher: Publisher | null = null;
  private state: KeeperState = "idle";
  private tally = "";
  private epoch = 0;
  private airSince = 0;
  private timers: number[] = [];
  private readonly standing: Standing;
  private readonly ears: Ears;
  private readonly away: Away;
  private readonly objecting: Objecting;
  private readonly where: Where;
  private offSelf = false;
  private offUntold = false;

  constructor(
    private readonly mine: Held,
    private readonly views: Showing,
    private readonly mostKbps: number,
  ) {
    fill("camera-name", mine.camera);
    $("flip").onclick = () => void this.flip();
    $("torch").onclick = () => void this.torch();
    this.lens.changed = () => void this.useLens();
    this.standing = new Standing(mine);
    this.ears = new Ears(mine, (listening) => {
      this.standing.earpiece = listening;
      void this.standing.say();
    });
    this.standing.earpiece = this.ears.listening;
    this.away = new Away(mine, (away, told) => this.showAway(away, told));
    for (const key of document.querySelectorAll<HTMLElement>("[data-away]")) key.onclick = () => this.away.press();
    $("back").onclick = () => this.away.back();
    this.objecting = new Objecting(mine, (dark) => {
      this.offUntold = dark;
      this.lens.dark = this.offSelf || dark;
    });
    this.where = new Where(mine);
  }

  /** What this phone sends; null once it is closed. */
  get stream(): MediaStream | null {
    return this.lens.stream.getVideoTracks().length ? this.lens.stream : null;
  }

  async open(): Promise<void> {
    this.standing.start();
    void listen(this.mine, (now) => this.heard(now), (why) => this.lost(why.message));
    await this.openLens();
  }

  /** Ask for the camera; also the "try again" of the trouble view. */
  async openLens(): Promise<void> {
    try {
      await this.lens.open();
    } catch (error) {
      const why = error instanceof LensError ? error.why : "other";
      fill("trouble-what", this.t[`trouble_${why}`] ?? "");
      fill("trouble-do", this.t[`trouble_${why}_do`] ?? "");
      $("trust-link").hidden = why !== "insecure";
      $("trouble-again").hidden = why === "insecure";
      this.views.show("trouble");
      return;
    }
    const video = $<HTMLVideoElement>("own-picture");
    video.srcObject = this.lens.stream;
    void video.play().catch(() => undefined);
    this.dressKeys();
    this.views.show("camera");
    this.publish();
  }

  close(): void {
    this.timers.forEach(clearInterval);
    this.standing.stop();
    this.ears.stop();
    this.away.stop();
    this.where.stop();
    this.publisher?.stop();
    this.lens.close();
    this.views.tally("off");
  }

  private publish(): void {
    if (this.publisher) return this.publisher.again();
    const endpoint = new URL(`/whip/${encodeURIComponent(this.mine.camera)}`, location.origin).href;
    this.publisher = new Publisher(endpoint, this.mine.token, this.lens.stream, this.mostKbps, (state, why) =>
      this.linkIs(state, why),
    );
    this.publisher.start();
    this.timers.push(
      window.setInterval(() => void this.showLink(), LINK_EVERY_MS),
      window.setInterval(() => $("vu").style.setProperty("--w", `${Math.round(this.lens.level() * 100)}%`), LEVEL_EVERY_MS),
      window.setInterval(() => this.showAirTime(), 1000),
    );
  }

  private linkIs(state: KeeperState, why: Refusal | null): void {
    if (this.state === "live" && state !== "live") this.standing.broke();
    this.state = state;
    $("crew").dataset.link = state;
    fill("link-word", this.t[`link_${state}`] ?? "");
    if (state !== "live") {
      $("bars").dataset.bars = "0";
      fill("link-figures", why?.detail || (this.t[`link_${state}_do`] ?? ""));
    }
    if (state === "refused") this.lost(why?.detail ?? "");
    const over = $("link-over");
    over.hidden = state === "live" || state === "connecting" || state === "idle";
    over.textContent = over.hidden ? "" : (this.t[`link_${state}_do`] ?? "");
  }

  private async showLink(): Promise<void> {
    const link = await this.publisher?.quality();
    this.standing.link = this.state === "live" ? (link ?? null) : null;
    if (!link || this.state !== "live") return;
    $("bars").dataset.bars = String(link.bars);
    fill("link-word", this.t[`bars_${link.bars}`] ?? "");
    fill("link-figures", `${(link.kbps / 1000).toFixed(1)} Mbps`);
    fill("loss", `${link.lossPercent.toFixed(1)}%`);
    fill("rtt", `${Math.round(link.rttMs)} ms`);
  }

  /** The desk's word, the moment it changes. A new studio knows nobody: publish to it at once. */
  private heard(now: CameraNow | null): void {
    $("crew").dataset.desk = now ? "here" : "away";
    $("desk-away").hidden = now !== null;
    if (!now) return;
    if (this.epoch && now.epoch && now.epoch !== this.epoch) this.publisher?.again();
    if (now.epoch) this.epoch = now.epoch;
    fill("episode", now.episode);
    this.away.heard(now.away);
    this.objecting.heard(now.held);
    this.ears.heard(now.prompt);
    if (now.tally === this.tally) return;
    this.tally = now.tally;
    this.airSince = now.tally === "air" ? Date.now() : 0;
    this.views.tally(now.tally);
    this.showAirTime();
    say(this.t[`tally_${now.tally}`] ?? "");
    if (now.tally === "air") navigator.vibrate?.(80);
  }

  /** Picture and sound go dark here, in the phone: no network is needed for it. */
  private showAway(away: boolean, told: boolean): void {
    this.offSelf = away;
    this.lens.dark = away || this.offUntold;
    $("crew").dataset.away = away ? "yes" : "no";
    for (const key of document.querySelectorAll<HTMLElement>("[data-away]")) key.hidden = away;
    $("away-now").hidden = !away;
    fill("away-word", (away ? (told ? this.t.away_told : this.t.away_telling) : "") ?? "");
    if (away) navigator.vibrate?.(200);
    say(away ? (this.t.away_told ?? "") : "");
  }

  private showAirTime(): void {
    const seconds = this.airSince ? Math.floor((Date.now() - this.airSince) / 1000) : 0;
    const two = (n: number): string => String(n).padStart(2, "0");
    fill("air-time", this.airSince ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : "");
  }

  /** Another phone holds this camera now, or the director ended the binding. */
  private lost(why: string): void {
    this.close();
    forget();
    fill("join-problem-text", why || (this.t.replaced ?? ""));
    $("join-problem").hidden = false;
    this.views.show("join");
  }

  private async flip(): Promise<void> {
    try {
      await this.lens.flip();
    } catch {
      toast(this.t.no_other_lens ?? "");
    }
  }

  private async useLens(): Promise<void> {
    const ended = this.lens.stream.getTracks().some((track) => track.readyState === "ended");
    if (ended || !this.lens.stream.getVideoTracks().length) {
      try {
        await this.lens.open();
      } catch {
        return void this.openLens();
      }
    }
    this.dressKeys();
    await this.publisher?.use(this.lens.stream);
  }

  private async torch(): Promise<void> {
    const key = $("torch");
    const on = key.getAttribute("aria-pressed") !== "true";
    try {
      await this.lens.torch(on);
      key.setAttribute("aria-pressed", String(on));
    } catch {
      toast(this.t.no_torch ?? "");
    }
  }

  private dressKeys(): void {
    $("live-cam").classList.toggle("mirror", this.lens.mirrored);
    const torch = $("torch") as HTMLButtonElement;
    torch.disabled = !this.lens.hasTorch;
    torch.setAttribute("aria-pressed", "false");
    fill("torch-word", (torch.disabled ? this.t.torch_none : this.t.torch) ?? "");
  }
}
