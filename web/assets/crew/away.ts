/* 切走我. In: one press. Out: this phone's own picture and sound off at once, whatever the network does; then the desk is
   told until it has heard. 回来 is the same backwards. Kept over a reload. */

import { ask, Problem } from "../net";
import { bearer, type Held } from "./device";

const KEPT = "daylight.away";
const AGAIN_MS = 1000;

export class Away {
  /** What the person wants and the desk has not heard yet. */
  private pending: "away" | "back" | "" = "";
  private timer = 0;

  constructor(
    private readonly mine: Held,
    private readonly show: (away: boolean, told: boolean) => void,
  ) {
    if (localStorage.getItem(KEPT) === mine.camera) this.press();
  }

  get on(): boolean {
    return localStorage.getItem(KEPT) === this.mine.camera;
  }

  press(): void {
    localStorage.setItem(KEPT, this.mine.camera);
    this.begin("away");
  }

  back(): void {
    localStorage.removeItem(KEPT);
    this.begin("back");
  }

  /** What the desk says. While a press of ours is on its way ours is the truth. */
  heard(away: boolean): void {
    if (this.pending || away === this.on) return;
    if (away) localStorage.setItem(KEPT, this.mine.camera);
    else localStorage.removeItem(KEPT);
    this.show(away, true);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.pending = "";
  }

  private begin(what: "away" | "back"): void {
    this.pending = what;
    this.show(this.on, false);
    void this.tell();
  }

  private async tell(): Promise<void> {
    clearTimeout(this.timer);
    const what = this.pending;
    if (!what) return;
    try {
      await ask(`/api/v1/camera/${what}`, { method: "POST", json: {}, headers: bearer(this.mine), signal: AbortSignal.timeout(4000) });
      if (this.pending === what) this.pending = "";
        this.show(this.on, true);
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) return this.stop();
      this.timer = window.setTimeout(() => void this.tell(), AGAIN_MS);
    }
  }
}
