// The public's picture. In: an HLS playlist. Out: play, sound, full screen, and the picture's own date for `live`.
//
// hls.js where Media Source Extensions exist, the browser itself on iPhones. A broken picture is said in words and
// tried again; the page's text goes on meanwhile.
import Hls from "hls.js/light";

export interface PlayerTexts {
  [key: string]: string;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000];
const BEHIND_S = 12;
const STUCK_MS = 15_000;

export class Player {
  private readonly video: HTMLVideoElement;
  private readonly since: number;
  private hls: Hls | undefined;
  private failures = 0;
  private lastDate: number | null = null;
  private movedAt = 0;
  private retry: number | undefined;

  constructor(
    private readonly box: HTMLElement,
    private readonly texts: PlayerTexts,
  ) {
    this.video = box.querySelector("video") as HTMLVideoElement;
    this.since = Number(box.dataset.since ?? 0);
    this.video.controls = false;
    this.video.removeAttribute("src");
    this.wire();
    this.load();
    setInterval(() => this.tick(), 500);
  }

  /** The date of the frame on screen, in ms; null while there is none, or while it has been stuck for long. */
  date(): number | null {
    const date = this.frameDate();
    if (date !== this.lastDate || this.video.paused) {
      this.lastDate = date;
      this.movedAt = Date.now();
    }
    // What the public learnt long ago must not wait for one viewer's broken picture.
    return Date.now() - this.movedAt > STUCK_MS ? null : date;
  }

  private frameDate(): number | null {
    if (this.video.readyState < 2) return null;
    if (this.hls) return this.hls.playingDate?.getTime() ?? null;
    const start = (this.video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.().getTime();
    return start && Number.isFinite(start) ? start + this.video.currentTime * 1000 : null;
  }

  /** Forget what is buffered and join the live edge anew (after a cut). */
  restart(): void {
    this.load();
  }

  private load(): void {
    this.hls?.destroy();
    this.hls = undefined;
    const source = this.box.dataset.src ?? "";
    if (Hls.isSupported()) {
      const hls = new Hls({ liveSyncDurationCount: 3, liveMaxLatencyDurationCount: 12, backBufferLength: 30 });
      hls.on(Hls.Events.ERROR, (_event, error) => {
        if (error.fatal) this.failed(error.type === Hls.ErrorTypes.MEDIA_ERROR);
      });
      hls.on(Hls.Events.FRAG_BUFFERED, () => this.recovered());
      hls.loadSource(source);
      hls.attachMedia(this.video);
      this.hls = hls;
    } else if (this.video.canPlayType("application/vnd.apple.mpegurl")) {
      this.video.src = source;
    } else {
      this.veil(this.texts.unplayable ?? "");
      return;
    }
    void this.play();
  }

  private async play(): Promise<void> {
    try {
      await this.video.play();
    } catch (error) {
      // Browsers refuse to start by themselves in some modes: the play button stays.
      if ((error as DOMException).name === "NotAllowedError") this.paint();
    }
  }

  private failed(media: boolean): void {
    if (media && this.failures === 0) {
      this.failures = 1;
      this.hls?.recoverMediaError();
      return;
    }
    this.veil(this.texts.recovering ?? "");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.load(), RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
  }

  private recovered(): void {
    this.failures = 0;
    this.veil("");
  }

  private veil(text: string): void {
    const veil = this.box.querySelector<HTMLElement>(".veil");
    if (!veil) return;
    veil.hidden = !text;
    const place = veil.querySelector("[data-veil]");
    if (place && text) place.textContent = text;
  }

  private wire(): void {
    this.box.addEventListener("click", (event) => {
      const target = event.target as Element;
      const what = target.closest<HTMLElement>("[data-do]")?.dataset.do;
      if (what) this.act(what);
      else if (target.closest(".unmute")) this.act("sound");
      else if (target === this.video) this.act("play");
    });
    for (const name of ["play", "pause", "volumechange", "playing", "waiting"]) {
      this.video.addEventListener(name, () => this.paint());
    }
    this.video.addEventListener("error", () => {
      if (!this.hls) this.failed(false);
    });
    document.addEventListener("fullscreenchange", () => this.paint());
    this.box.addEventListener("pointermove", () => this.wake());
    this.box.addEventListener("focusin", () => this.wake());
  }

  private act(what: string): void {
    if (what === "play") {
      if (this.video.paused) void this.play();
      else this.video.pause();
    } else if (what === "sound") {
      this.video.muted = !this.video.muted;
      if (!this.video.muted) void this.play();
    } else if (what === "edge") {
      const edge = this.hls?.liveSyncPosition;
      if (edge) this.video.currentTime = edge;
      void this.play();
    } else if (what === "full") this.full();
  }

  private full(): void {
    const video = this.video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.box.requestFullscreen) void this.box.requestFullscreen();
    else video.webkitEnterFullscreen?.(); // iPhone: only the video itself
  }

  private calm: number | undefined;

  private wake(): void {
    this.box.classList.remove("calm");
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.box.classList.toggle("calm", !this.video.paused), 3_000);
  }

  private paint(): void {
    const { paused, muted } = this.video;
    this.box.classList.toggle("paused", paused);
    this.box.classList.toggle("muted", muted);
    this.label("play", paused ? "play" : "pause");
    this.label("sound", muted ? "sound" : "mute");
    this.label("full", document.fullscreenElement ? "small" : "full");
    const unmute = this.box.querySelector<HTMLElement>(".unmute");
    if (unmute) unmute.hidden = !muted || paused;
    if (paused) this.box.classList.remove("calm");
  }

  private label(what: string, text: string): void {
    this.box.querySelector(`[data-do="${what}"]`)?.setAttribute("aria-label", this.texts[text] ?? "");
  }

  private tick(): void {
    const date = this.date();
    const time = this.box.querySelector(".time");
    if (time && date !== null && this.since) {
      const s = Math.max(0, Math.floor((date - this.since) / 1000));
      const two = (n: number): string => String(n).padStart(2, "0");
      time.textContent = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
    }
    const edge = this.box.querySelector<HTMLElement>('[data-do="edge"]');
    if (edge) edge.hidden = !(this.hls && this.hls.latency > BEHIND_S);
  }
}
