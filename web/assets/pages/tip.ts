// /tip: four calm steps. Everything is sealed here; the words are drawn here and never sent.
import { ask, Problem } from "../net";
import { wayOut } from "../tips/leave";
import { clean, type Shot } from "../tips/pictures";
import { derive, draw, drawId, known, type Table, table, type Word } from "../tips/receipt";
import { sealBytes, sealJson } from "../tips/seal";
import { texts } from "../ui";

const say = texts();
const fill = (text = "", values: Record<string, string | number> = {}): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
const by = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const value = (id: string): string => by<HTMLInputElement>(id).value.trim();

class TipForm {
  step = 1;
  shots: Shot[] = [];
  busy = false;
  secret: Word[] = [];
  readonly words: Table = table();
  readonly count: number;

  constructor(readonly form: HTMLFormElement) {
    this.count = Number(form.dataset.count);
    form.classList.add("scripted");
    by("steps").classList.remove("off");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.forward();
    });
    by("back").addEventListener("click", () => this.show(this.step - 1));
    by("pictures").addEventListener("change", () => void this.add());
    for (const one of form.querySelectorAll('input[name="how"]')) one.addEventListener("change", () => this.contact());
    this.contact();
    this.show(1, false);
  }

  contact(): void {
    const wanted = by<HTMLInputElement>("how-contact").checked;
    by("contact-box").classList.toggle("off", !wanted);
    by("raw-box").classList.toggle("off", !wanted || !this.shots.length);
    if (!wanted) by<HTMLInputElement>("raw").checked = false;
  }

  show(step: number, focus = true): void {
    this.step = step;
    for (const part of this.form.querySelectorAll<HTMLElement>("[data-step]")) {
      const here = Number(part.dataset.step) === step;
      part.classList.toggle("off", !here);
      if (here && focus) part.querySelector<HTMLElement>("h1")?.focus();
    }
    const bars = by("steps");
    bars.setAttribute("aria-valuenow", String(step));
    bars.setAttribute("aria-label", fill(say.step, { now: step }));
    [...bars.children].forEach((bar, at) => bar.classList.toggle("on", at < step));
    by("back").classList.toggle("off", step === 1 || step === 4);
    by("next").textContent = [say.start, say.check, say.send][step - 1] ?? "";
  }

  async forward(): Promise<void> {
    if (this.busy) return;
    if (this.step === 1) return this.show(2);
    if (this.step === 2) return this.check();
    if (this.step === 3) return this.send();
    location.replace("/tip/status");
  }

  check(): void {
    const empty = !value("what");
    by("what-error").textContent = empty ? (say.empty ?? "") : "";
    by("what").setAttribute("aria-invalid", String(empty));
    if (empty) return by("what").focus();
    const named = by<HTMLInputElement>("how-contact").checked && value("contact");
    by("sum-where").textContent = value("where") || (say.none ?? "");
    by("sum-what").textContent = value("what");
    by("sum-pictures").textContent = this.shots.length ? fill(say.pictures, { count: this.shots.length }) : (say.none ?? "");
    by("sum-contact").textContent = named || (say.anonymous ?? "");
    const kept = !this.shots.length ? say.kept_none : by<HTMLInputElement>("raw").checked ? say.kept_raw : say.kept_clean;
    by("sum-kept").textContent = kept ?? "";
    this.show(3);
  }

  async add(): Promise<void> {
    const input = by<HTMLInputElement>("pictures");
    const wrong = by("pictures-error");
    wrong.textContent = "";
    for (const file of [...(input.files ?? [])]) {
      if (this.shots.length >= Number(this.form.dataset.files)) {
        wrong.textContent = say.many ?? "";
        break;
      }
      if (file.size > Number(this.form.dataset.mib) * 1024 * 1024) {
        wrong.textContent = say.large ?? "";
        continue;
      }
      try {
        this.shots.push(await clean(file));
      } catch {
        wrong.textContent = fill(say.unreadable, { name: file.name });
      }
    }
    input.value = "";
    this.list();
  }

  list(): void {
    const shelf = by("shots");
    shelf.replaceChildren(
      ...this.shots.map((shot, at) => {
        const item = document.createElement("li");
        const image = document.createElement("img");
        image.src = shot.url;
        image.alt = fill(say.shot, { at: at + 1 });
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "drop";
        drop.setAttribute("aria-label", fill(say.remove, { at: at + 1 }));
        drop.append(cross());
        drop.addEventListener("click", () => {
          URL.revokeObjectURL(shot.url);
          this.shots.splice(at, 1);
          this.list();
        });
        item.append(image, drop);
        return item;
      }),
    );
    this.contact();
  }

  async send(): Promise<void> {
    this.busy = true;
    const button = by<HTMLButtonElement>("next");
    by("send-error").textContent = "";
    button.disabled = true;
    button.textContent = say.sending ?? "";
    try {
      const publicId = await this.sealed();
      this.receipt(publicId);
    } catch (error) {
      by("send-error").textContent = error instanceof Problem ? error.message : (say.failed ?? "");
      button.textContent = say.send ?? "";
    } finally {
      this.busy = false;
      if (this.step !== 4) button.disabled = false;
    }
  }

  async sealed(): Promise<string> {
    const desk = this.form.dataset.recipient ?? "";
    const named = by<HTMLInputElement>("how-contact").checked;
    const raw = by<HTMLInputElement>("raw").checked && this.shots.length > 0;
    const publicId = drawId();
    const secret = draw(this.words, this.count);
    const keys = await derive(publicId, secret);
    const body = new FormData();
    body.set("public_id", publicId);
    body.set("verifier", keys.verifier);
    body.set("recipient", keys.recipient);
    body.set("key_id", this.form.dataset.key ?? "");
    const letter = { where: value("where"), what: value("what"), contact: named ? value("contact") : "", raw_pictures: raw };
    body.set("letter", blob(await sealJson(letter, [desk])), "letter");
    for (const shot of this.shots) {
      const bytes = new Uint8Array(await (raw ? shot.raw : shot.clean).arrayBuffer());
      body.append("pictures", blob(await sealBytes(bytes, [desk])), "picture");
    }
    await ask("/tip/sealed", { body });
    this.secret = secret;
    return publicId;
  }

  receipt(publicId: string): void {
    this.form.reset();
    for (const shot of this.shots) URL.revokeObjectURL(shot.url);
    this.shots = [];
    this.list();
    for (const id of ["sum-where", "sum-what", "sum-contact"]) by(id).textContent = "";
    by("public-id").textContent = publicId;
    by("look").addEventListener("click", () => this.look(!this.looking));
    this.show(4);
    this.look(true);
    window.addEventListener("pagehide", () => {
      this.secret = [];
      by("words").replaceChildren();
      by("public-id").textContent = "";
    });
  }

  looking = false;
  typed: string[] = [];

  look(on: boolean): void {
    this.looking = on;
    const label = by("look").querySelector("span");
    if (label) label.textContent = (on ? say.hide : say.look) ?? "";
    by("words").replaceChildren(...this.secret.map((one, at) => (on ? shown(one, at) : this.field(one, at))));
    if (!on) this.judge(true);
    else this.finish(false);
  }

  field(one: Word, at: number): HTMLElement {
    const item = tile(at);
    const input = document.createElement("input");
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("aria-label", fill(say.word, { at: at + 1 }));
    input.value = this.typed[at] ?? "";
    input.addEventListener("input", () => {
      this.typed[at] = input.value;
      this.judge(false);
      const next = item.nextElementSibling?.querySelector("input");
      if (known(this.words, input.value)?.word === one.word && input.value.length >= 2 && !composing) next?.focus();
    });
    let composing = false;
    input.addEventListener("compositionstart", () => (composing = true));
    input.addEventListener("compositionend", () => (composing = false));
    input.addEventListener("blur", () => this.judge(false));
    item.append(input, tick());
    return item;
  }

  judge(focus: boolean): void {
    const items = [...by("words").children];
    let right = 0;
    items.forEach((item, at) => {
      const typed = (this.typed[at] ?? "").trim();
      const good = typed !== "" && known(this.words, typed)?.word === this.secret[at]?.word;
      const bad = typed.length >= 2 && !good && item.querySelector("input") !== document.activeElement;
      item.classList.toggle("right", good);
      item.classList.toggle("todo", typed === "");
      item.classList.toggle("bad", bad);
      item.querySelector("input")?.setAttribute("aria-invalid", String(bad));
      item.querySelector("input")?.setAttribute("title", bad ? fill(say.wrong, { at: at + 1 }) : "");
      right += good ? 1 : 0;
    });
    if (focus) items.find((item) => !item.classList.contains("right"))?.querySelector("input")?.focus();
    this.finish(right === this.secret.length);
  }

  finish(done: boolean): void {
    const button = by<HTMLButtonElement>("next");
    button.disabled = !done;
    button.textContent = (done ? say.finished : say.unfinished) ?? "";
  }
}

function tile(at: number): HTMLElement {
  const item = document.createElement("li");
  item.className = "word";
  const number = document.createElement("span");
  number.textContent = String(at + 1);
  item.append(number);
  return item;
}

function shown(one: Word, at: number): HTMLElement {
  const item = tile(at);
  const word = document.createElement("b");
  word.lang = "zh-CN";
  word.textContent = one.word;
  const reading = document.createElement("small");
  reading.lang = "zh-Latn";
  reading.textContent = one.reading;
  item.append(word, reading);
  return item;
}

function drawn(id: string, cls: string): SVGElement {
  const name = "http://www.w3.org/2000/svg";
  const sprite = document.querySelector(".quiet use")?.getAttribute("href")?.split("#")[0] ?? "";
  const image = document.createElementNS(name, "svg");
  image.setAttribute("class", cls);
  image.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(name, "use");
  use.setAttribute("href", `${sprite}#${id}`);
  image.append(use);
  return image;
}

const tick = (): SVGElement => drawn("s-ok", "g");
const cross = (): SVGElement => drawn("i-x", "i");
const blob = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

wayOut();
const form = document.getElementById("tip");
if (form instanceof HTMLFormElement) new TipForm(form);
