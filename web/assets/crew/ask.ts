/* 问法制: a private word with the legal desk. In: words and pictures. Out: one's own threads, the answers, what waits. */

import { toast } from "../ui";
import { Attached, type Lenses } from "./attached";
import { OutboxFull } from "./outbox";
import { ASKS, type Message, type Spot, waitingAsks } from "./spot";
import { $, copyOf, fill, type Showing } from "./views";
import { clock, word } from "./words";

export class AskView {
  private readonly pictures: Attached;

  constructor(
    private readonly spot: Spot,
    views: Showing,
    lenses: Lenses,
  ) {
    this.pictures = new Attached("ask", spot, lenses, true, () => null);
    $("ask-form").addEventListener("submit", (event) => void this.ask(event));
    spot.onChange(() => this.show());
    views.moved.push((_, to) => void (to === "ask" && this.spot.load()));
  }

  private show(): void {
    const said = (this.spot.known?.threads ?? []).toReversed().flatMap((thread) => thread.messages);
    const waits = waitingAsks(this.spot.outbox.now.waiting);
    $("threads").replaceChildren(...said.map((each) => row(each, false)), ...waits.map((each) => row(each, true)));
    $("threads-none").hidden = said.length + waits.length > 0;
  }

  private async ask(event: Event): Promise<void> {
    event.preventDefault();
    const text = $<HTMLTextAreaElement>("ask-text").value.trim();
    if (!this.spot.me || !this.spot.known?.episode) return this.problem(word(this.spot.me ? "no_episode" : "sign_in_first"));
    if (!text && !this.pictures.ids.length) return;
    // A word more goes into the thread that is open; else a new one begins.
    const thread_id = this.spot.known.threads?.[0]?.thread_id ?? "";
    try {
      await this.spot.put(ASKS, word("question"), { text, files: this.pictures.ids, thread_id });
    } catch (error) {
      return this.problem(word(error instanceof OutboxFull ? "full" : "broken_store"));
    }
    this.problem("");
    $<HTMLFormElement>("ask-form").reset();
    this.pictures.clear();
    toast(word(this.spot.outbox.standing === "offline" ? "saved_waiting" : "asked"));
  }

  private problem(text: string): void {
    fill("ask-problem-text", text);
    $("ask-problem").hidden = !text;
  }
}

function row(message: Message, waits: boolean): HTMLElement {
  const made = copyOf("message-row");
  made.classList.toggle("desk", message.from_desk);
  (made.querySelector("p") as HTMLElement).textContent = message.text || word("photo");
  const small = [message.from_desk ? `${word("desk")} ${message.name}` : word("me"), clock(message.at_ms), message.files.length && message.text ? word("files", { n: message.files.length }) : "", waits ? word("asked_waits") : ""];
  (made.querySelector("small") as HTMLElement).textContent = small.filter(Boolean).join(" · ");
  return made;
}
