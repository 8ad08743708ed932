/* A guest's consent: read, name, sign. In: the guest's hand. Out: a signed consent to the outbox; a consent taken back. */

import { deed, refusal } from "../deeds";
import { toast } from "../ui";
import { OutboxFull } from "./outbox";
import { SignaturePad } from "./signature";
import { CONSENTS, type Spot } from "./spot";
import { $, copyOf, fill, type Showing } from "./views";
import { word } from "./words";

export class ConsentView {
  private readonly pad: SignaturePad;

  constructor(
    private readonly spot: Spot,
    views: Showing,
  ) {
    this.pad = new SignaturePad($("sign-here"), word("sign_pad"), () => this.dress());
    $("sign-again").onclick = () => this.pad.clear();
    $("consent-form").addEventListener("input", () => this.dress());
    $("consent-form").addEventListener("submit", (event) => void this.send(event));
    $("consents").addEventListener("click", (event) => void this.withdraw(event));
    spot.onChange(() => this.show());
    views.moved.push((_, to) => void (to === "consent" && this.spot.load()));
  }

  private show(): void {
    $("consents").replaceChildren(
      ...(this.spot.known?.consents ?? []).map((each) => {
        const row = copyOf("consent-row");
        (row.querySelector("b") as HTMLElement).textContent = each.name;
        (row.querySelector("small") as HTMLElement).textContent = [each.title, each.paper ? word("paper") : ""].filter(Boolean).join(" · ");
        (row.querySelector("button") as HTMLElement).dataset.consent = each.consent_id;
        return row;
      }),
    );
  }

  private dress(): void {
    const [name, title] = [$<HTMLInputElement>("consent-name").value.trim(), $<HTMLInputElement>("consent-title").value.trim()];
    ($("consent-send") as HTMLButtonElement).disabled = !name || !title || !this.pad.signed;
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.spot.me || !this.spot.known?.episode) return this.problem(word(this.spot.me ? "no_episode" : "sign_in_first"));
    const body = { name: $<HTMLInputElement>("consent-name").value.trim(), title: $<HTMLInputElement>("consent-title").value.trim(), signed: this.pad.json() };
    try {
      await this.spot.put(CONSENTS, `${word("consent")} ${body.name}`, body);
    } catch (error) {
      return this.problem(word(error instanceof OutboxFull ? "full" : "broken_store"));
    }
    this.problem("");
    toast(word(this.spot.outbox.standing === "offline" ? "saved_waiting" : "consented"));
    $<HTMLFormElement>("consent-form").reset();
    this.pad.clear();
  }

  /** Taking it back needs two presses on the same row. */
  private async withdraw(event: Event): Promise<void> {
    const key = (event.target as Element).closest<HTMLButtonElement>("[data-consent]");
    if (!key) return;
    if (key.dataset.sure === undefined) {
      key.dataset.sure = "";
      key.textContent = word("withdraw_sure");
      return;
    }
    key.disabled = true;
    try {
      await deed(`${CONSENTS}/${key.dataset.consent}/withdraw`);
      toast(word("withdrawn"));
      await this.spot.load();
    } catch (error) {
      toast(refusal(error), "alarm");
      key.disabled = false;
    }
  }

  private problem(text: string): void {
    fill("consent-problem-text", text);
    $("consent-problem").hidden = !text;
  }
}
