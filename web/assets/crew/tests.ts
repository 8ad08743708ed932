/* The rapid test on the phone: start, read, second reading, withdraw. In: the list the desk renders, and thumbs. Out:
   deeds with ids of our making, so that a press repeated on a bad link counts once. */

import { commandId } from "../deeds";
import { ask, post, Problem } from "../net";
import { texts, toast } from "../ui";
import { type Outbox, OutboxFull } from "./outbox";
import { $, fill, type Showing } from "./views";
import { word } from "./words";

interface Method {
  method_id: string;
  name: string;
  unit: string;
  minutes: number;
  family: string;
  guidance?: string[];
  confuses?: string[];
  items: { item: string; limit: string }[];
}
type Deed = "reading" | "review" | "correct";

export class Tests {
  private readonly t = texts();
  private deed: Deed = "reading";
  private testId = "";
  private digits = "";
  private needed = 1;
  private taken: string[] = [];
  private device = "";
  private id = commandId();

  constructor(
    private readonly views: Showing,
    private readonly outbox: Outbox,
  ) {
    $("tests").addEventListener("click", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.typed(event));
    $("read-send").onclick = () => void this.send(false);
    $("read-invalid").onclick = () => void this.send(true);
    $("read-take").onclick = () => void this.takeOver();
    $("start-form").addEventListener("submit", (event) => void this.start(event));
    $("start-method").addEventListener("change", () => this.method());
  }

  private pressed(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (!button) return;
    if (button.dataset.do === "new") {
      this.method();
      this.views.show("start");
    } else if (button.dataset.do === "withdraw") void this.withdraw(button as HTMLButtonElement);
    else if (button.dataset.do === "void") this.askVoid(button);
    else this.open(button);
  }

  private open(button: HTMLElement): void {
    const row = button.closest<HTMLElement>("[data-test]");
    if (!row) return;
    this.deed = button.dataset.do as Deed;
    this.testId = row.dataset.test ?? "";
    this.id = commandId();
    this.needed = Number(row.dataset.readings) || 1;
    this.again();
    void this.lookForDevice(row);
    fill("read-title", `${row.dataset.sample} ${row.dataset.item}`);
    fill("read-method", row.dataset.method ?? "");
    fill("read-unit", row.dataset.unit ?? "");
    fill("read-limit", row.dataset.limit ?? "");
    $("read-sign").hidden = row.dataset.signed === undefined;
    fill("read-what", (this.deed === "review" ? this.t.read_again : this.t.read) ?? "");
    fill("read-send-word", this.t[`send_${this.deed}`] ?? "");
    const other = this.deed === "review" && row.dataset.tester === $("crew").dataset.me;
    $("other-person").hidden = !other;
    $("correct-words").hidden = this.deed !== "correct";
    for (const input of document.querySelectorAll<HTMLInputElement>("#other-person input, #correct-words input")) input.value = "";
    this.problem("");
    this.views.show("read");
  }

  private key(event: Event): void {
    const key = (event.target as Element).closest<HTMLElement>("[data-key]")?.dataset.key;
    if (key) this.press(key);
  }

  private typed(event: KeyboardEvent): void {
    const elsewhere = event.target instanceof HTMLInputElement || document.querySelector("dialog[open]") !== null;
    if (this.views.name !== "read" || elsewhere || event.ctrlKey || event.metaKey) return;
    const key = event.key === "Backspace" ? "back" : event.key;
    if (/^[0-9.]$/.test(key) || key === "back" || key === "-") this.press(key === "-" ? "sign" : key);
  }

  private press(key: string): void {
    let next = this.digits;
    if (key === "back") next = next.slice(0, -1);
    else if (key === "sign") next = next.startsWith("-") ? next.slice(1) : `-${next}`;
    else if (key === ".") next = next.includes(".") ? next : `${next || "0"}.`;
    else if (next.replace(/[-.]/g, "").length < 9) next += key;
    this.set(next);
  }

  private set(digits: string): void {
    this.digits = digits;
    fill("read-value", digits || "—");
    ($("read-send") as HTMLButtonElement).disabled = !/\d/.test(digits);
  }

  /** All repeats from the first. */
  private again(): void {
    this.taken = [];
    this.set("");
    this.counting();
  }

  private counting(): void {
    const nth = [String(this.taken.length + 1), String(this.needed)];
    fill("read-count", this.needed > 1 ? (this.t.read_nth ?? "").replace(/%s/g, () => nth.shift() ?? "") : "");
  }

  /** The instrument may have sent this sample's reading by itself; its value is shown to nobody. */
  private async lookForDevice(row: HTMLElement): Promise<void> {
    this.device = "";
    $("read-device").hidden = true;
    if (this.deed !== "reading") return;
    try {
      const answer = await ask("/api/v1/device-readings");
      const { readings } = (await answer.json()) as { readings: { reading_id: string; device_id: string; sample_no: string; read_utc_ns: number }[] };
      const mine = readings.find((one) => one.sample_no === row.dataset.sample && one.device_id === row.dataset.device);
      if (!mine || this.testId !== row.dataset.test) return;
      this.device = mine.reading_id;
      const at = new Date(mine.read_utc_ns / 1e6).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      fill("read-take-word", (this.t.take_device ?? "").replace("%s", `${mine.device_id} ${at}`));
      $("read-device").hidden = false;
    } catch {
      // the reading is entered by hand
    }
  }

  private async takeOver(): Promise<void> {
    if (!(await this.attempt(`/api/v1/rapid-tests/${this.testId}/take-over`, { reading_id: this.device }))) return;
    toast(this.t.entered ?? "");
    this.views.show("tests");
  }

  private async send(invalid: boolean): Promise<void> {
    if (!invalid) {
      this.taken.push(this.digits.replace(/\.$/, ""));
      if (this.taken.length < this.needed) {
        this.set("");
        this.counting();
        return;
      }
    }
    const read = this.needed > 1 ? { values: this.taken } : { value: this.taken[0] };
    const body: Record<string, unknown> = invalid ? { invalid: true } : read;
    if (this.deed === "correct") {
      body.what = $<HTMLInputElement>("correct-what").value;
      body.reason = $<HTMLInputElement>("correct-reason").value;
    }
    if (!$("other-person").hidden) {
      const login = $<HTMLInputElement>("reviewer-name").value.trim();
      body.reviewer = { name: login, password: $<HTMLInputElement>("reviewer-password").value };
    }
    const sent = await this.attempt(`/api/v1/rapid-tests/${this.testId}/${this.deed}`, body);
    if (!sent) {
      if (this.needed > 1) this.again();
      else this.taken = [];
      return;
    }
    toast(sent === "kept" ? word("saved_waiting") : ((this.deed === "review" ? this.t.reviewed : this.t.entered) ?? ""));
    this.views.show("tests");
  }

  /** A result that cannot be saved: the reason goes on record. */
  private askVoid(button: HTMLElement): void {
    const form = $<HTMLFormElement>("void-form");
    form.reset();
    form.dataset.deed = `/api/v1/rapid-tests/${button.closest<HTMLElement>("[data-test]")?.dataset.test ?? ""}/void`;
    $<HTMLDialogElement>("void-ask").showModal();
  }

  private async start(event: Event): Promise<void> {
    event.preventDefault();
    const form = $<HTMLFormElement>("start-form");
    const body = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
    if (!(await this.attempt("/api/v1/rapid-tests", body, "start-problem"))) return;
    form.reset();
    this.views.show("tests");
  }

  /** One press, no question asked: the result goes back within two seconds. */
  private async withdraw(button: HTMLButtonElement): Promise<void> {
    const id = button.closest<HTMLElement>("[data-test]")?.dataset.test ?? "";
    button.disabled = true;
    try {
      await post(`/api/v1/rapid-tests/${id}/withdraw`, { command_id: commandId() });
      toast(this.t.withdrawn ?? "");
    } catch (error) {
      toast(words(error, this.t.offline), "alarm");
    } finally {
      button.disabled = false;
    }
  }

  private async attempt(path: string, body: Record<string, unknown>, place = "read-problem"): Promise<"sent" | "kept" | ""> {
    this.problem("", place);
    try {
      await post(path, { ...body, command_id: this.id });
      this.id = commandId();
      return "sent";
    } catch (error) {
      if (!(error instanceof Problem) && (await this.kept(path, body, place))) return "kept";
      // A refused deed may be mended and sent anew; one that was lost on the way keeps its id.
      if (error instanceof Problem) this.id = commandId();
      this.problem(words(error, this.t.offline), place);
      if (error instanceof Problem && error.code === "mismatch") this.set("");
      return "";
    }
  }

  /** A reading made without network waits in this phone; never one with somebody's password, which is kept nowhere. */
  private async kept(path: string, body: Record<string, unknown>, place: string): Promise<boolean> {
    if (!path.endsWith("/reading") && (!path.endsWith("/review") || body.reviewer)) return false;
    try {
      await this.outbox.put({ path, body, said: `${word("reading")} ${$("read-title").textContent ?? ""}`, id: this.id });
    } catch (error) {
      this.problem(word(error instanceof OutboxFull ? "full" : "broken_store"), place);
      return false;
    }
    this.id = commandId();
    return true;
  }

  private problem(text: string, place = "read-problem"): void {
    fill(`${place}-text`, text);
    $(place).hidden = !text;
  }

  /** The method decides unit, duration and which items it may test. */
  private method(): void {
    const methods = JSON.parse($("methods").textContent || "[]") as Method[];
    const chosen = methods.find((one) => one.method_id === $<HTMLSelectElement>("start-method").value);
    const list = $("start-items");
    list.replaceChildren(
      ...(chosen?.items ?? []).filter((one) => one.item !== "*").map((one) => new Option(one.item, one.item)),
    );
    const confuses = $("start-confuses");
    confuses.hidden = !chosen?.confuses?.length;
    const said = confuses.querySelector("span");
    if (said) said.textContent = (this.t.confuses ?? "").replace("%s", (chosen?.confuses ?? []).join("、"));
    const sheet = $("start-sheet");
    sheet.hidden = !chosen?.guidance?.length;
    sheet.querySelector("ol")?.replaceChildren(
      ...(chosen?.guidance ?? []).map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
    fill("start-limit", chosen?.items.map((one) => (one.item === "*" ? one.limit : `${one.item} ${one.limit}`)).join(" · ") ?? "");
  }
}

export function words(error: unknown, offline: string | undefined): string {
  return error instanceof Problem ? error.message : (offline ?? "");
}
