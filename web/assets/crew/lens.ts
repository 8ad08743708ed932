/* The phone's camera and microphone. In: which way to look. Out: one stream whose tracks may change, the torch, the
   wake lock, the level of the microphone. Chrome and Safari. */

export type LensTrouble = "insecure" | "refused" | "none" | "busy" | "other";

export class LensError extends Error {
  constructor(readonly why: LensTrouble) {
    super(why);
  }
}

type Facing = "environment" | "user";
const FACING = "daylight.facing";

export class Lens {
  readonly stream = new MediaStream();
  /** Called when the phone took a track away (a call, another app) or the person changed the lens. */
  changed: () => void = () => undefined;
  private facing: Facing = localStorage.getItem(FACING) === "user" ? "user" : "environment";
  private lock: WakeLockSentinel | null = null;
  private meter: AnalyserNode | null = null;
  private isDark = false;
  private levels = new Float32Array(1024);

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.stream.active) void this.stayAwake();
    });
  }

  /** Black and silent, but connected: the person may come back without losing the camera. */
  set dark(dark: boolean) {
    this.isDark = dark;
    for (const track of this.stream.getTracks()) track.enabled = !dark;
  }

  get mirrored(): boolean {
    return this.facing === "user";
  }

  get height(): number {
    return this.stream.getVideoTracks()[0]?.getSettings().height ?? 0;
  }

  async open(): Promise<void> {
    const got = await this.ask({ video: this.picture(), audio: SOUND });
    this.replace(got);
    this.listenToMicrophone();
    void this.stayAwake();
  }

  /** Safari gives one lens at a time: the old one is closed before the new one opens. */
  async flip(): Promise<void> {
    const before = this.facing;
    this.facing = before === "user" ? "environment" : "user";
    for (const track of this.stream.getVideoTracks()) {
      track.onended = null;
      track.stop();
    }
    try {
      this.replace(await this.ask({ video: this.picture() }));
      localStorage.setItem(FACING, this.facing);
    } catch (error) {
      this.facing = before;
      this.replace(await this.ask({ video: this.picture() }));
      throw error;
    } finally {
      this.changed();
    }
  }

  get hasTorch(): boolean {
    const track = this.stream.getVideoTracks()[0];
    const can = track?.getCapabilities?.() as { torch?: boolean } | undefined;
    return can?.torch === true;
  }

  async torch(on: boolean): Promise<void> {
    const advanced = [{ torch: on }] as unknown as MediaTrackConstraintSet[];
    await this.stream.getVideoTracks()[0]?.applyConstraints({ advanced });
  }

  /** The microphone's level, 0 to 1 over a range of 60 dB. */
  level(): number {
    if (!this.meter) return 0;
    this.meter.getFloatTimeDomainData(this.levels);
    const peak = this.levels.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return Math.max(0, Math.min(1, 1 + (20 * Math.log10(peak + 1e-6)) / 60));
  }

  close(): void {
    for (const track of this.stream.getTracks()) {
      track.onended = null;
      track.stop();
      this.stream.removeTrack(track);
    }
    void this.lock?.release();
    this.lock = null;
  }

  private picture(): MediaTrackConstraints {
    return {
      facingMode: { ideal: this.facing },
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    };
  }

  private async ask(what: MediaStreamConstraints): Promise<MediaStream> {
    if (!isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new LensError("insecure");
    try {
      return await navigator.mediaDevices.getUserMedia(what);
    } catch (error) {
      throw new LensError(TROUBLE[(error as DOMException).name] ?? "other");
    }
  }

  private replace(got: MediaStream): void {
    for (const track of got.getTracks()) {
      for (const old of this.stream.getTracks()) {
        if (old.kind === track.kind) {
          old.onended = null;
          old.stop();
          this.stream.removeTrack(old);
        }
      }
      if (track.kind === "video") track.contentHint = "motion";
      track.onended = () => this.changed();
      track.enabled = !this.isDark;
      this.stream.addTrack(track);
    }
  }

  private listenToMicrophone(): void {
    if (this.meter || this.stream.getAudioTracks().length === 0) return;
    const context = new AudioContext();
    this.meter = context.createAnalyser();
    this.meter.fftSize = 1024;
    context.createMediaStreamSource(this.stream).connect(this.meter);
    const wake = (): void => void context.resume();
    if (context.state === "suspended") document.addEventListener("pointerdown", wake, { once: true });
  }

  private async stayAwake(): Promise<void> {
    try {
      this.lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      this.lock = null; // low battery: the phone's own decision
    }
  }
}

const SOUND: MediaTrackConstraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: true };
const TROUBLE: Record<string, LensTrouble> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};
