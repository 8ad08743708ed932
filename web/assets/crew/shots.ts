/* Photos and spoken notes for evidence. In: the picture this phone sends anyway, its microphone. Out: JPEG frames and
   recordings with the SHA-256 made here, on their way to the desk's sealed store. */

export const VOICE_MOST_S = 60;
const QUALITY = 0.85;
const MOST_SIDE = 1920;

export interface Shot {
  file: Blob;
  sha256: string;
}

/** The frame that stands on `video` now. Null while there is none, or while it is kept dark. */
export async function frameOf(video: HTMLVideoElement): Promise<Shot | null> {
  const track = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
  if (!video.videoWidth || !track?.enabled) return null;
  return drawn(video, video.videoWidth, video.videoHeight);
}

/** A picture taken by the phone's own camera app: drawn anew, so that place and device in its metadata stay behind. */
export async function photoOf(file: File): Promise<Shot | null> {
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return null;
  const scale = Math.min(1, MOST_SIDE / Math.max(image.width, image.height));
  return drawn(image, Math.round(image.width * scale), Math.round(image.height * scale));
}

async function drawn(source: CanvasImageSource, width: number, height: number): Promise<Shot | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d")?.drawImage(source, 0, 0, width, height);
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return file && { file, sha256: await sha256(file) };
}

export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A spoken note: from `start` until `stop`, a minute at most. Uses the stream's own microphone while the camera is live. */
export class Voice {
  private recorder: MediaRecorder | null = null;
  private own: MediaStream | null = null;
  private timer = 0;

  get on(): boolean {
    return this.recorder?.state === "recording";
  }

  async start(stream: MediaStream | null, ended: (shot: Shot | null) => void): Promise<void> {
    const track = stream?.getAudioTracks()[0]?.clone();
    if (track) track.enabled = true;
    this.own = track ? new MediaStream([track]) : await navigator.mediaDevices.getUserMedia({ audio: true });
    const type = ["audio/webm;codecs=opus", "audio/mp4"].find((each) => MediaRecorder.isTypeSupported(each));
    const recorder = new MediaRecorder(this.own, type ? { mimeType: type, audioBitsPerSecond: 32_000 } : {});
    const parts: Blob[] = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      const file = new Blob(parts, { type: recorder.mimeType.split(";")[0] ?? "" });
      void sha256(file).then((hash) => ended(file.size ? { file, sha256: hash } : null));
      for (const each of this.own?.getTracks() ?? []) each.stop();
    };
    recorder.start();
    this.recorder = recorder;
    this.timer = window.setTimeout(() => this.stop(), VOICE_MOST_S * 1000);
  }

  stop(): void {
    clearTimeout(this.timer);
    if (this.on) this.recorder?.stop();
  }
}
