/* What only the phone itself can know. In: the browser's battery and network, the link's figures. Out: one word to the
   desk every five seconds; a desk that is away misses it and nothing more. */

import { ask } from "../net";
import type { LinkQuality } from "../whip";
import { bearer, type Held } from "./device";

interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}
interface Network {
  type?: string;
}

const EVERY_MS = 5000;

export class Standing {
  private battery: Battery | null = null;
  private dropped = 0;
  private timer = 0;
  link: LinkQuality | null = null;
  earpiece = false;

  constructor(private readonly mine: Held) {}

  start(): void {
    const asked = (navigator as { getBattery?: () => Promise<Battery> }).getBattery?.();
    // Safari and Firefox do not say: the desk then shows nothing, which is the truth.
    asked?.then((battery) => {
      this.battery = battery;
      for (const event of ["levelchange", "chargingchange"]) battery.addEventListener(event, () => void this.say());
      void this.say();
    }, () => undefined);
    this.timer = window.setInterval(() => void this.say(), EVERY_MS);
    void this.say();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The connection broke and is being made anew. */
  broke(): void {
    this.dropped += 1;
  }

  async say(): Promise<void> {
    const word = {
      battery_percent: this.battery ? Math.round(this.battery.level * 100) : null,
      charging: this.battery?.charging ?? false,
      network: network(),
      rtt_ms: Math.round(this.link?.rttMs ?? 0),
      loss_percent: Math.round((this.link?.lossPercent ?? 0) * 10) / 10,
      kbps: Math.round(this.link?.kbps ?? 0),
      dropped: this.dropped,
      earpiece: this.earpiece,
    };
    await ask("/api/v1/camera/state", { method: "POST", json: word, headers: bearer(this.mine), signal: AbortSignal.timeout(4000) }).catch(() => undefined);
  }
}

function network(): string {
  if (!navigator.onLine) return "none";
  const type = (navigator as { connection?: Network }).connection?.type ?? "";
  return ["wifi", "cellular", "ethernet", "none", ""].includes(type) ? type : "other";
}
