/* A licence by camera or keyboard. In: frames of the stream this phone sends, or of a camera opened for it; what
   somebody typed. Out: the business's card. The code never leaves in an address: it goes in a request's body. */

import { post, Problem } from "../net";
import type { Lenses } from "./attached";
import { $, fill, type Showing } from "./views";
import { word } from "./words";

const EVERY_MS = 250;
const MOST_WIDTH = 960;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type Read = (video: HTMLVideoElement) => Promise<string>;

export class ScanView {
  private own: MediaStream | null = null;
  private timer = 0;
  private read: Read | null = null;
  private visit = 0;

  constructor(
    views: Showing,
    private readonly lenses: Lenses,
  ) {
    views.moved.push((from, to) => {
      if (to === "scan") void this.begin();
      else if (from === "scan") this.end();
    });
    $("scan-again").onclick = () => void this.begin();
    $("scan-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = $<HTMLInputElement>("scan-typed").value.trim();
      if (typed) void this.find(typed);
    });
  }

  private async begin(): Promise<void> {
    this.end();
    const visit = this.visit;
    $("entity").hidden = $("scan-again").hidden = true;
    this.problem("");
    const video = $<HTMLVideoElement>("scan-picture");
    const stream = this.lenses.stream() ?? (await this.open());
    if (visit !== this.visit) return this.end();
    $("scan-finder").hidden = !stream;
    if (!stream) return this.problem(word("scan_no_camera"));
    video.srcObject = stream;
    void video.play().catch(() => undefined);
    fill("scan-say", word("scan_looking"));
    this.read ??= await reader();
    this.timer = window.setTimeout(() => void this.look(video, visit), EVERY_MS);
  }

  private async look(video: HTMLVideoElement, visit: number): Promise<void> {
    if (visit !== this.visit) return;
    const said = video.videoWidth ? await this.read?.(video).catch(() => "") : "";
    if (visit !== this.visit) return;
    if (said) return this.find(said);
    this.timer = window.setTimeout(() => void this.look(video, visit), EVERY_MS);
  }

  private async find(licence: string): Promise<void> {
    fill("scan-say", word("scan_found"));
    this.problem("");
    try {
      this.show(await post<Record<string, string>>("/api/v1/entities/scan", { licence: licence.slice(0, 600) }));
      navigator.vibrate?.(60);
    } catch (error) {
      if (error instanceof Problem) this.problem(error.code === "no_entity" ? word("scan_none") : error.message);
      else this.problem(word("scan_offline"));
    }
    this.end();
    $("scan-finder").hidden = true;
    $("scan-again").hidden = false;
  }

  private show(entity: Record<string, string>): void {
    for (const name of ["name", "licence", "category", "place", "grid", "risk", "credit", "hygiene"]) {
      fill(`entity-${name}`, entity[name] || word("none_known"));
    }
    $("entity").hidden = false;
  }

  private async open(): Promise<MediaStream | null> {
    try {
      this.own = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } } });
      return this.own;
    } catch {
      return null;
    }
  }

  private end(): void {
    this.visit += 1;
    clearTimeout(this.timer);
    $<HTMLVideoElement>("scan-picture").srcObject = null;
    for (const track of this.own?.getTracks() ?? []) track.stop();
    this.own = null;
    fill("scan-say", "");
  }

  private problem(text: string): void {
    fill("scan-problem-text", text);
    $("scan-problem").hidden = !text;
  }
}

/** The browser's own detector where it knows QR codes; else a decoder that is fetched only then. */
async function reader(): Promise<Read> {
  const native = (globalThis as { BarcodeDetector?: { new (how: object): Detector; getSupportedFormats(): Promise<string[]> } }).BarcodeDetector;
  if (native && (await native.getSupportedFormats().catch(() => [] as string[])).includes("qr_code")) {
    const detector = new native({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
  }
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, MOST_WIDTH / video.videoWidth);
    [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    pen?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const image = pen?.getImageData(0, 0, canvas.width, canvas.height);
    return image ? decodeQR({ width: image.width, height: image.height, data: image.data }) : "";
  };
}
