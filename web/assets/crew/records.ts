/* The inspection record on the phone: written down, signed by both sides, handed over as a QR code. In: the list the desk
   renders, fingers on the pad. Out: deeds with ids of our making, so that a press repeated on a bad link counts once. */

import { commandId } from "../deeds";
import { ask, post, Problem } from "../net";
import { texts, toast } from "../ui";
import { SignaturePad } from "./signature";
import { words } from "./tests";
import { $, fill, type Showing } from "./views";

type Who = "me" | "second" | "operator" | "refuse";
interface Found {
  finding_id: string;
  sentence: string;
}
interface Paper {
  record_id: string;
  state: "signing" | "ready" | "served";
  paper_hash: string;
  missing: string[];
  officers: string[];
  operator: string;
  where: string;
  entity: string;
  refused: boolean;
  html: string;
}

export class Records {
  private readonly t = texts();
  private readonly pad: SignaturePad;
  private paper: Paper | null = null;
  private who: Who = "me";
  private id = commandId();

  constructor(private readonly views: Showing) {
    this.pad = new SignaturePad($("sign-pad"), this.t.sign_here ?? "");
    $("records").addEventListener("click", (event) => this.chosen(event.target as Element));
    document.addEventListener("click", (event) => this.pressed(event.target as Element));
    $("draw-form").addEventListener("submit", (event) => void this.draw(event));
    $("sign-form").addEventListener("submit", (event) => void this.sign(event));
    $("sign-again").onclick = () => this.pad.clear();
    $("sign-not").onclick = () => this.as(null);
    $("refuse-proof").addEventListener("change", () => this.fields());
    $("serve").onclick = () => void this.serve();
  }

  /** The list, as the desk has it now. */
  async open(): Promise<void> {
    this.views.show("records");
    this.problem("records", "");
    $("records-sign-in").hidden = true;
    try {
      const answer = await ask("/api/v1/records");
      $("records").innerHTML = ((await answer.json()) as { html: string }).html;
    } catch (error) {
      $("records").replaceChildren();
      const unknown = error instanceof Problem && error.status === 401;
      $("records-sign-in").hidden = !unknown;
      this.problem("records", unknown ? (this.t.officer_sign_in ?? "") : words(error, this.t.offline));
    }
  }

  private chosen(target: Element): void {
    const button = target.closest<HTMLElement>("[data-draw], [data-record]");
    if (button?.dataset.record) void this.look(button.dataset.record);
    else if (button) this.begin(button.dataset.draw ?? "", JSON.parse(button.dataset.findings ?? "[]") as Found[]);
  }

  private pressed(target: Element): void {
    const what = target.closest<HTMLElement>("[data-records]")?.dataset.records;
    if (what === "list") void this.open();
    else if (what === "tear") void this.tear();
    const who = target.closest<HTMLElement>("[data-sign]")?.dataset.sign as Who | undefined;
    if (who) this.as(who);
  }

  /** One place, its findings, an order for each. */
  private begin(where: string, findings: Found[]): void {
    $<HTMLFormElement>("draw-form").reset();
    this.problem("draw", "");
    $<HTMLInputElement>("draw-where").value = where;
    $("draw-where-field").hidden = where !== "";
    fill("draw-where-said", where);
    const kinds: [string, string][] = [
      ["order_to_correct", this.t.order_to_correct ?? ""],
      ["on_the_spot", this.t.on_the_spot ?? ""],
    ];
    $("draw-findings").replaceChildren(
      ...findings.map((each) => {
        const box = document.createElement("div");
        box.className = "pick";
        const label = document.createElement("label");
        label.textContent = each.sentence;
        label.htmlFor = `order-${each.finding_id}`;
        const select = document.createElement("select");
        select.className = "inp";
        select.id = label.htmlFor;
        select.dataset.finding = each.finding_id;
        select.replaceChildren(...kinds.map(([value, text]) => new Option(text, value)));
        box.append(label, select);
        return box;
      }),
    );
    this.id = commandId();
    this.views.show("draw");
  }

  private async draw(event: Event): Promise<void> {
    event.preventDefault();
    const orders: Record<string, string> = {};
    for (const select of $("draw-findings").querySelectorAll<HTMLSelectElement>("[data-finding]")) orders[select.dataset.finding ?? ""] = select.value;
    const body = Object.fromEntries([...new FormData($<HTMLFormElement>("draw-form"))].map(([name, value]) => [name, String(value).trim()]));
    body.where ||= $<HTMLInputElement>("draw-code").value.trim();
    const made = await this.attempt<{ record_id: string }>("draw", "/api/v1/records", { ...body, orders });
    if (made) await this.look(made.record_id);
  }

  private async look(recordId: string): Promise<void> {
    this.problem("records", "");
    try {
      const answer = await ask(`/api/v1/records/${recordId}`);
      this.shown((await answer.json()) as Paper);
      $("handed").hidden = true;
      this.views.show("sign");
    } catch (error) {
      this.problem("records", words(error, this.t.offline));
    }
  }

  private shown(paper: Paper): void {
    this.paper = paper;
    $("sign-paper").innerHTML = paper.html;
    fill("sign-whose", `${paper.entity} ${paper.where}`);
    fill("signed-officers", paper.officers.join("、"));
    fill("signed-operator", paper.refused ? (this.t.refused ?? "") : paper.operator);
    $("sign-as").hidden = paper.state === "served";
    $<HTMLButtonElement>("serve").disabled = paper.state === "signing";
    this.problem("sign", "");
    this.as(null);
  }

  /** Who signs now; the fields are theirs. */
  private as(who: Who | null): void {
    $("sign-form").hidden = who === null;
    if (who === null) return;
    this.who = who;
    this.id = commandId();
    $<HTMLFormElement>("sign-form").reset();
    this.pad.clear();
    fill("sign-title", this.t[`sign_${who}`] ?? "");
    const cameras = JSON.parse($("records").querySelector(".cameras")?.textContent || "[]") as string[];
    $("refuse-camera").replaceChildren(...cameras.map((each) => new Option(each, each)));
    this.fields();
    $("sign-title").scrollIntoView({ block: "start" });
  }

  private fields(): void {
    const proof = $<HTMLSelectElement>("refuse-proof").value;
    const now = new Set<string>([this.who, `${this.who}-${proof}`]);
    for (const field of $("sign-form").querySelectorAll<HTMLElement>("[data-for]")) {
      field.hidden = !(field.dataset.for ?? "").split(" ").some((each) => now.has(each));
    }
    $("sign-pen").hidden = this.who === "refuse" && proof === "video";
  }

  private async sign(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.paper) return;
    const drawn = this.pad.signed ? this.pad.json() : "";
    const path = `/api/v1/records/${this.paper.record_id}/${this.who === "refuse" ? "refuse" : "sign"}`;
    if (await this.attempt("sign", path, { ...this.signing(), paper: this.paper.paper_hash, ...(drawn && { drawn }) })) await this.again();
  }

  private signing(): Record<string, unknown> {
    const value = (id: string): string => $<HTMLInputElement>(id).value.trim();
    if (this.who === "me") return { side: "officer" };
    if (this.who === "second") return { side: "officer", second: { name: value("second-name"), password: $<HTMLInputElement>("second-password").value } };
    if (this.who === "operator") return { side: "operator", name: value("sign-name"), statement: value("sign-statement") };
    const proof = value("refuse-proof");
    const by = proof === "video" ? { camera: value("refuse-camera") } : { witness: value("refuse-witness") };
    return { reason: value("refuse-reason"), proof, ...by };
  }

  private async again(): Promise<void> {
    if (this.paper) await this.look(this.paper.record_id);
  }

  private async tear(): Promise<void> {
    if (this.paper && (await this.attempt("sign", `/api/v1/records/${this.paper.record_id}/tear-up`, {}))) await this.open();
  }

  /** Served once; a QR code may be made again, and the one before dies with it. */
  private async serve(): Promise<void> {
    if (!this.paper) return;
    const path = `/api/v1/records/${this.paper.record_id}`;
    if (this.paper.state !== "served" && !(await this.attempt("sign", `${path}/serve`, {}))) return;
    const made = await this.attempt<{ url: string; qr_svg: string; expires: string }>("sign", `${path}/link`, {});
    await this.again();
    if (!made) return;
    $("handed-qr").innerHTML = made.qr_svg;
    $<HTMLAnchorElement>("handed-link").href = made.url;
    fill("handed-until", `${this.t.until ?? ""} ${made.expires.slice(0, 10)}`);
    $("handed").hidden = false;
    $("handed").scrollIntoView({ block: "center" });
    toast(this.t.served ?? "");
  }

  private async attempt<T = unknown>(place: string, path: string, body: Record<string, unknown>): Promise<T | null> {
    this.problem(place, "");
    try {
      const answer = await post<T>(path, { ...body, command_id: this.id });
      this.id = commandId();
      return answer;
    } catch (error) {
      // A refused deed may be mended and sent anew; one that was lost on the way keeps its id.
      if (error instanceof Problem) this.id = commandId();
      this.problem(place, words(error, this.t.offline));
      return null;
    }
  }

  private problem(place: string, text: string): void {
    fill(`${place}-problem-text`, text);
    $(`${place}-problem`).hidden = !text;
  }
}
