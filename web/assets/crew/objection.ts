/* 拒绝拍摄. In: one choice. Out: the desk told until it has heard; if it has not within a moment, this phone goes dark by
   itself, for being off the air comes before the original. Once the desk has heard, the phone sends on for the original. */

import { commandId } from "../deeds";
import { ask, Problem } from "../net";
import { toast } from "../ui";
import { bearer, type Held } from "./device";
import { $, fill } from "./views";
import { word } from "./words";

const DARK_AFTER_MS = 1200;
const AGAIN_MS = 1000;
const PENDING = "daylight.objecting";

interface Pending {
  id: string;
  everywhere: boolean;
}

export class Objecting {
  private held = false;
  private telling = false;

  constructor(
    private readonly mine: Held,
    private readonly dark: (dark: boolean) => void,
  ) {
    $("object").onclick = () => $<HTMLDialogElement>("object-ask").showModal();
    $("object-all").onclick = () => void this.press(true);
    $("object-one").onclick = () => void this.press(false);
    // Pressed, and the page was reloaded before the desk had heard.
    const pending = JSON.parse(localStorage.getItem(PENDING) ?? "null") as Pending | null;
    if (pending) void this.tell(pending);
  }

  /** What the desk says of this camera. */
  heard(held: boolean): void {
    this.held = held;
    this.show();
  }

  private async press(everywhere: boolean): Promise<void> {
    if (this.telling) return;
    const pending = { id: commandId(), everywhere };
    localStorage.setItem(PENDING, JSON.stringify(pending));
    await this.tell(pending);
  }

  private async tell({ id, everywhere }: Pending): Promise<void> {
    this.telling = true;
    const timer = window.setTimeout(() => this.goDark(), DARK_AFTER_MS);
    for (;;) {
      try {
        const headers = { ...bearer(this.mine), "X-Command-Id": id };
        await ask("/api/v1/camera/objection", { method: "POST", json: { everywhere }, headers, signal: AbortSignal.timeout(6000) });
        this.held = true;
        toast(word("objected"));
        break;
      } catch (error) {
        if (error instanceof Problem && error.status < 500) {
          toast(error.message, "alarm");
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    clearTimeout(timer);
    localStorage.removeItem(PENDING);
    this.telling = false;
    this.dark(false);
    this.show();
  }

  private goDark(): void {
    this.dark(true);
    this.show(true);
  }

  private show(isDark = false): void {
    $("held-now").hidden = !this.held && !isDark;
    fill("held-now", word(isDark ? "objecting" : "held"));
  }
}
