/* The checklist in one hand: ticks with their time, items by place, one item a screen. In: what is known of the spot,
   thumbs. Out: deeds to the outbox; what stands on the page is what will be true once they have arrived. */

import { say, toast } from "../ui";
import { Attached, type Lenses } from "./attached";
import { OutboxFull } from "./outbox";
import { ANSWERS, type Answered, type AnswerWord, type Item, NOTES, type Spot, TICKS } from "./spot";
import { $, copyOf, fill, type Showing } from "./views";
import { clock, word } from "./words";

const PLACE = "daylight.place";

export class ChecklistView {
  private item: Item | null = null;
  private readonly pictures: Attached;
  private readonly notePictures: Attached;

  constructor(
    private readonly spot: Spot,
    private readonly views: Showing,
    private readonly lenses: Lenses,
  ) {
    this.pictures = new Attached("point", spot, lenses, false, () => $<HTMLVideoElement>("shot-picture"));
    this.notePictures = new Attached("note", spot, lenses, false, () => null);
    this.place.value = localStorage.getItem(PLACE) ?? "";
    this.place.addEventListener("input", () => {
      localStorage.setItem(PLACE, this.place.value);
      this.showPoints();
    });
    $("ticks").addEventListener("click", (event) => void this.tick(event));
    $("points").addEventListener("click", (event) => this.choose(event));
    $("point-form").addEventListener("change", () => this.dress());
    $("point-form").addEventListener("input", () => this.dress());
    $("point-form").addEventListener("submit", (event) => void this.save(event));
    $("note-form").addEventListener("submit", (event) => void this.note(event));
    $("paper").addEventListener("change", () => ($("paper-box").hidden = !$<HTMLInputElement>("paper").checked));
    spot.onChange(() => this.show());
    views.moved.push((_, to) => this.moved(to));
  }

  show(): void {
    const { known } = this.spot;
    const why = !this.spot.me ? "sign_in_first" : !known?.episode ? "no_episode" : known.may?.answer === false ? "officers_only" : "";
    $("work-none").hidden = !why;
    fill("work-none-text", word(why));
    const working = Boolean(known?.episode && known.may?.answer);
    $("ticks").hidden = !working;
    $("note-box").hidden = !known?.episode || !this.spot.me;
    fill("work-episode", known?.episode ? `${known.episode.number} ${known.episode.title}` : "");
    this.showTicks();
    this.showPoints();
  }

  private showTicks(): void {
    const ticks = this.spot.ticks();
    for (const key of document.querySelectorAll<HTMLElement>("[data-tick]")) {
      const done = ticks[key.dataset.tick ?? ""];
      key.setAttribute("aria-pressed", String(Boolean(done)));
      const when = key.querySelector("[data-when]");
      if (done && when) when.textContent = [clock(done.at_ms), done.by, done.paper ? word("paper") : "", done.waits ? word("waits") : ""].filter(Boolean).join(" · ");
    }
  }

  private showPoints(): void {
    const items = this.items();
    const place = this.place.value.trim();
    const answers = this.spot.answers();
    const here = answers.filter((each) => each.place === place);
    fill("work-done", items.length ? word("done_of", { done: here.length, all: items.length }) : "");
    fill("work-template", this.spot.known?.checklist?.template ?? "");
    $("work-places").replaceChildren(...[...new Set(answers.map((each) => each.place))].map((each) => new Option(each, each)));
    $("points").replaceChildren(...items.map((item) => this.row(item, here.find((each) => each.item_id === item.item_id))));
  }

  private row(item: Item, done: Answered | undefined): HTMLElement {
    const row = copyOf("point-row");
    const state = done?.answer ?? "open";
    const chip = row.querySelector<HTMLElement>("[data-state]");
    chip?.replaceChildren($<HTMLTemplateElement>(`glyph-${state}`).content.cloneNode(true), document.createTextNode(word(state)));
    chip?.classList.add({ pass: "st-ok", fail: "st-positive", na: "st-invalid", open: "st-open" }[state]);
    (row.querySelector("[data-words]") as HTMLElement).textContent = item.words;
    const who = done ? [done.sentence, word("by_at", { who: done.by || word("me"), at: clock(done.at_ms) }), done.files.length ? word("files", { n: done.files.length }) : "", done.paper ? word("paper") : "", done.waits ? word("waits") : ""] : [item.basis];
    (row.querySelector("[data-said]") as HTMLElement).textContent = who.filter(Boolean).join(" · ");
    (row.querySelector("button") as HTMLElement).dataset.item = item.item_id;
    return row;
  }

  private choose(event: Event): void {
    const id = (event.target as Element).closest<HTMLElement>("[data-item]")?.dataset.item;
    const item = this.items().find((each) => each.item_id === id);
    if (!item) return;
    if (!this.place.value.trim()) {
      this.problem("work-problem", word("place_first"));
      return this.place.focus();
    }
    this.problem("work-problem", "");
    this.open(item);
  }

  private open(item: Item): void {
    this.item = item;
    const items = this.items();
    const nth = items.indexOf(item) + 1;
    const place = this.place.value.trim();
    const before = this.spot.answerOf(place, item.item_id);
    const form = $<HTMLFormElement>("point-form");
    form.reset();
    this.pictures.clear();
    fill("point-count", word("nth_of", { nth, all: items.length }));
    fill("point-place", place);
    $("point-bar").style.setProperty("--w", `${Math.round((nth / items.length) * 100)}%`);
    $("point-key").hidden = item.weight !== "key";
    fill("point-template", this.spot.known?.checklist?.template ?? "");
    fill("point-words", item.words);
    fill("point-basis", item.basis);
    $("faults").replaceChildren(...(item.faults ?? []).map((each) => fault(each, before?.sentence ?? "")));
    if (before) {
      const chosen = form.querySelector<HTMLInputElement>(`[name=answer][value=${before.answer}]`);
      if (chosen) chosen.checked = true;
      const known = item.faults ?? [];
      $<HTMLInputElement>("point-sentence").value = before.sentence.split("；").filter((each) => !known.includes(each)).join("；");
      $<HTMLInputElement>("point-note").value = before.note;
    }
    this.problem("point-problem", "");
    this.dress();
    this.views.show("point");
  }

  private moved(to: string): void {
    const stream = to === "point" ? this.lenses.stream() : null;
    $("viewfinder").hidden = !stream;
    $<HTMLVideoElement>("shot-picture").srcObject = stream;
    if (to === "work") {
      this.show();
      void this.spot.load();
    }
    if (to !== "point") this.pictures.clear();
  }

  private dress(): void {
    const answer = this.answer();
    $("faults-box").hidden = answer !== "fail";
    fill("point-save-word", word(answer === "fail" ? "save_fail" : "save"));
    ($("point-save") as HTMLButtonElement).disabled = !answer || (answer === "fail" && !this.sentence());
  }

  private answer(): AnswerWord | "" {
    return (document.querySelector<HTMLInputElement>("#point-form [name=answer]:checked")?.value ?? "") as AnswerWord | "";
  }

  private sentence(): string {
    const picked = [...document.querySelectorAll<HTMLInputElement>("#faults input:checked")].map((each) => each.value);
    return [...picked, $<HTMLInputElement>("point-sentence").value.trim()].filter(Boolean).join("；");
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const [item, answer, place] = [this.item, this.answer(), this.place.value.trim()];
    if (!item || !answer) return;
    const failed = answer === "fail";
    const done = await this.put("point-problem", ANSWERS, `${place} ${item.words} ${word(answer)}`, {
      item_id: item.item_id,
      place,
      answer,
      version: this.spot.answerOf(place, item.item_id)?.version ?? 0,
      sentence: failed ? this.sentence() : "",
      measure: failed ? $<HTMLSelectElement>("point-measure").value : "",
      note: $<HTMLInputElement>("point-note").value.trim(),
      files: this.pictures.ids,
    });
    if (!done) return;
    const items = this.items();
    const next = items.slice(items.indexOf(item) + 1).find((each) => !this.spot.answerOf(place, each.item_id));
    if (next) this.open(next);
    else this.views.show("work");
  }

  private async tick(event: Event): Promise<void> {
    const key = (event.target as Element).closest<HTMLElement>("[data-tick]");
    const tick = key?.dataset.tick ?? "";
    if (!tick || this.spot.ticks()[tick]) return;
    await this.put("work-problem", TICKS, word(`tick_${tick}`), { tick });
  }

  private async note(event: Event): Promise<void> {
    event.preventDefault();
    const text = $<HTMLTextAreaElement>("note-text").value.trim();
    if (!text && !this.notePictures.ids.length) return;
    if (!(await this.put("work-problem", NOTES, word("note"), { text, place: this.place.value.trim(), files: this.notePictures.ids }))) return;
    $<HTMLFormElement>("note-form").reset();
    this.notePictures.clear();
  }

  /** Into the outbox, with the paper's own time when it was on paper first. */
  private async put(problem: string, path: string, said: string, body: Record<string, unknown>): Promise<boolean> {
    const paper = $<HTMLInputElement>("paper").checked;
    const at = new Date($<HTMLInputElement>("paper-at").value).getTime();
    if (paper && !at) {
      this.problem(problem, word("paper_at"));
      return false;
    }
    this.problem(problem, "");
    try {
      await this.spot.put(path, said, paper ? { ...body, paper, at_ms: at } : body);
    } catch (error) {
      this.problem(problem, word(error instanceof OutboxFull ? "full" : "broken_store"));
      return false;
    }
    const told = word(this.spot.outbox.standing === "offline" || !navigator.onLine ? "saved_waiting" : "saved");
    toast(told);
    say(told);
    return true;
  }

  private problem(id: string, text: string): void {
    fill(`${id}-text`, text);
    $(id).hidden = !text;
  }

  private items(): Item[] {
    return (this.spot.known?.may?.answer && this.spot.known.checklist?.items) || [];
  }

  private get place(): HTMLInputElement {
    return $<HTMLInputElement>("work-place");
  }
}

function fault(words: string, before: string): HTMLElement {
  const row = copyOf("fault-row");
  const box = row.querySelector("input") as HTMLInputElement;
  box.value = words;
  box.checked = before.split("；").includes(words);
  (row.querySelector("span") as HTMLElement).textContent = words;
  return row;
}
