/* What the director sees. In: the page's <video> elements and what the studio says of each source. Out: moving pictures
   in those same elements; they are never replaced. */

import { csrf } from "../net";
import { texts } from "../ui";
import type { KeeperState } from "../link";
import { Monitor } from "../whep";

const t = texts();

export class Screens {
  private readonly monitors = new Map<string, Monitor>();
  private readonly shown = new Map<string, KeeperState>();
  private epoch = 0;

  constructor(private readonly root: ParentNode) {
    this.follow();
  }

  /** After the page's list of cameras changed: new ones get a monitor, gone ones end theirs. */
  follow(): void {
    const here = new Set<string>();
    for (const video of this.root.querySelectorAll<HTMLVideoElement>("video[data-source]")) {
      const source = video.dataset.source ?? "";
      here.add(source);
      if (!this.monitors.has(source)) this.monitors.set(source, this.monitor(video, source));
    }
    for (const [source, monitor] of this.monitors) {
      if (here.has(source)) continue;
      monitor.stop();
      this.monitors.delete(source);
      this.shown.delete(source);
    }
    for (const video of this.root.querySelectorAll<HTMLVideoElement>("video[data-source]")) {
      this.dress(video, this.shown.get(video.dataset.source ?? "") ?? "idle");
    }
  }

  private monitor(video: HTMLVideoElement, source: string): Monitor {
    const endpoint = new URL(`/whep/${encodeURIComponent(source)}`, location.origin).href;
    return new Monitor(video, endpoint, csrf(), (state, why) => {
      this.shown.set(source, state);
      this.dress(video, state);
      if (source === "program") over(video.closest(".mon"), state === "live" ? "" : (why?.detail ?? t.program_away ?? ""));
    });
  }

  private dress(video: HTMLVideoElement, state: KeeperState): void {
    const box = video.closest<HTMLElement>(".mon, .cam");
    if (box) box.dataset.link = state;
    box?.classList.toggle("has-picture", state === "live");
  }

  /** A camera's monitor runs once the camera has sent something; a new studio is asked anew at once. */
  update(epoch: number, ready: boolean, live: ReadonlySet<string>): void {
    const fresh = epoch !== this.epoch && this.epoch !== 0;
    this.epoch = epoch;
    for (const [source, monitor] of this.monitors) {
      if (!ready) continue;
      if (fresh) monitor.again();
      if (source === "program" || live.has(source)) monitor.start();
    }
  }
}

export function over(box: Element | null, text: string): void {
  const place = box?.querySelector<HTMLElement>(".over span");
  if (place && place.textContent !== text) place.textContent = text;
  box?.classList.toggle("is-away", text !== "");
}

/** The public's own picture: the HLS page's stream, as late as the public sees it. */
export class PublicScreen {
  private player: { destroy: () => void } | null = null;
  private showing = "";
  private called = "";

  constructor(private readonly video: HTMLVideoElement) {}

  /** `called` is the newest edit that called back what had been sent: what is buffered here is dropped as well. */
  async update(now: "off" | "slate" | "program" | "black" | "away", called: string): Promise<void> {
    over(this.video.closest(".mon"), { off: t.public_off, away: t.playout_away, black: t.public_black, slate: "", program: "" }[now] ?? "");
    if (called !== this.called) this.showing = "";
    this.called = called;
    const wanted = now === "slate" || now === "program" ? "/live/program.m3u8" : now === "away" ? this.showing : "";
    if (wanted === this.showing) return;
    this.showing = wanted;
    this.player?.destroy();
    this.player = null;
    if (wanted) await this.play(wanted);
  }

  private async play(url: string): Promise<void> {
    const { default: Hls } = await import("hls.js");
    if (!Hls.isSupported()) {
      this.video.src = url;
      return void this.video.play().catch(() => undefined);
    }
    const player = new Hls({ liveSyncDurationCount: 2, backBufferLength: 5, manifestLoadPolicy: PATIENT, playlistLoadPolicy: PATIENT });
    this.player = player;
    player.on(Hls.Events.ERROR, (_event, data) => {
      if (!data.fatal || this.player !== player) return;
      // Whatever it was, begin anew in a moment: the director's page never gives up on the public's picture.
      this.player = null;
      this.showing = "";
      player.destroy();
    });
    player.loadSource(url);
    player.attachMedia(this.video);
    void this.video.play().catch(() => undefined);
  }
}

const RETRY = { maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 4000 };
const PATIENT = { default: { maxTimeToFirstByteMs: 5000, maxLoadTimeMs: 8000, timeoutRetry: RETRY, errorRetry: RETRY } };
