/* Where this phone is, for the desk alone and only while its holder agrees. In: a tick, the phone's own position. Out: a
   word every twenty seconds; one more when the holder does not agree any more, and nothing after it. */

import { ask } from "../net";
import { toast } from "../ui";
import { bearer, type Held } from "./device";
import { $ } from "./views";
import { word } from "./words";

const EVERY_MS = 20_000;

export class Where {
  private watch = 0;
  private said = 0;

  constructor(private readonly mine: Held) {
    const box = $<HTMLInputElement>("where");
    $("where-box").hidden = !("geolocation" in navigator) || !isSecureContext;
    box.checked = false; // asked anew each time the page opens: agreeing is for this show
    box.onchange = () => (box.checked ? this.begin() : void this.forget());
  }

  stop(): void {
    navigator.geolocation?.clearWatch(this.watch);
    $("where-box").hidden = true;
  }

  private begin(): void {
    this.watch = navigator.geolocation.watchPosition(
      (at) => void this.tell(at.coords),
      (error) => {
        if (error.code !== error.PERMISSION_DENIED) return;
        $<HTMLInputElement>("where").checked = false;
        toast(word("where_refused"), "alarm");
      },
      { enableHighAccuracy: true, maximumAge: 10_000 },
    );
  }

  private async tell(at: GeolocationCoordinates): Promise<void> {
    if (Date.now() - this.said < EVERY_MS) return;
    this.said = Date.now();
    const json = { latitude: at.latitude, longitude: at.longitude, accuracy_m: Math.min(at.accuracy, 100_000) };
    await this.post("position", json);
  }

  private async forget(): Promise<void> {
    navigator.geolocation.clearWatch(this.watch);
    this.said = 0;
    await this.post("position/forget", {});
  }

  private async post(path: string, json: unknown): Promise<void> {
    await ask(`/api/v1/camera/${path}`, { method: "POST", json, headers: bearer(this.mine), signal: AbortSignal.timeout(6000) }).catch(() => undefined);
  }
}
