/* A pad to sign on with a finger, pen or mouse. In: an element to live in. Out: strokes as compact JSON (checked by
   `episodes/signature.py`) and the same as SVG. Each stroke is [x, y, dx, dy, …] in whole numbers of a 1000 by 400 box. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const HEIGHT = 400;
const STEP = 4; // nearer points say nothing more about a line that is 9 wide
const MOST_NUMBERS = 3600;
const MOST_STROKES = 60;
const LEAST_LENGTH = 60;

export class SignaturePad {
  private strokes: number[][] = [];
  private at = { x: 0, y: 0 };
  private drawing = -1;
  private readonly drawn = document.createElementNS(SVG, "path");
  private readonly surface = document.createElementNS(SVG, "svg");

  /** `label` names the pad to screen readers; `changed` hears after each stroke whether it may be sent. */
  constructor(
    host: HTMLElement,
    label: string,
    private readonly changed: (signed: boolean) => void = () => undefined,
  ) {
    this.surface.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.surface.setAttribute("class", "sign-pad");
    this.surface.setAttribute("role", "img");
    this.surface.setAttribute("aria-label", label);
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", "M60 320h880");
    line.setAttribute("class", "sign-line");
    this.drawn.setAttribute("class", "sign-ink");
    this.surface.append(line, this.drawn);
    host.replaceChildren(this.surface);
    this.surface.addEventListener("pointerdown", (event) => this.begin(event));
    this.surface.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      this.surface.addEventListener(end, (event) => this.end(event));
    }
  }

  /** Whether it is more than a tap. */
  get signed(): boolean {
    return this.strokes.reduce((sum, stroke) => sum + stroke.slice(2).reduce((all, step) => all + Math.abs(step), 0), 0) >= LEAST_LENGTH;
  }

  clear(): void {
    this.strokes = [];
    this.drawing = -1;
    this.draw();
    this.changed(false);
  }

  json(): string {
    return JSON.stringify({ v: 1, w: WIDTH, h: HEIGHT, s: this.strokes });
  }

  /** The `d` of a path in a viewBox of 0 0 1000 400. */
  path(): string {
    return this.strokes
      .map(([x, y, ...steps]) => {
        let said = `M${x} ${y}`;
        for (let n = 0; n < steps.length; n += 2) said += `l${steps[n]} ${steps[n + 1]}`;
        return steps.length ? said : `${said}l0 0`;
      })
      .join("");
  }

  private begin(event: PointerEvent): void {
    if (this.drawing !== -1 || this.full()) return;
    event.preventDefault();
    this.surface.setPointerCapture(event.pointerId);
    this.drawing = event.pointerId;
    this.at = this.place(event);
    this.strokes.push([this.at.x, this.at.y]);
    this.draw();
  }

  private go(event: PointerEvent): void {
    if (event.pointerId !== this.drawing) return;
    const stroke = this.strokes.at(-1);
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) {
      const to = this.place(each);
      const [dx, dy] = [to.x - this.at.x, to.y - this.at.y];
      if (!stroke || Math.hypot(dx, dy) < STEP || this.full()) continue;
      stroke.push(dx, dy);
      this.at = to;
    }
    this.draw();
  }

  private end(event: PointerEvent): void {
    if (event.pointerId !== this.drawing) return;
    this.drawing = -1;
    this.changed(this.signed);
  }

  private full(): boolean {
    return this.strokes.length > MOST_STROKES || this.strokes.reduce((sum, stroke) => sum + stroke.length, 0) > MOST_NUMBERS;
  }

  /** The pointer in the box's units, kept inside it. */
  private place(event: PointerEvent): { x: number; y: number } {
    const box = this.surface.getBoundingClientRect();
    const within = (share: number, most: number): number => Math.round(Math.max(0, Math.min(1, share)) * most);
    return { x: within((event.clientX - box.left) / box.width, WIDTH), y: within((event.clientY - box.top) / box.height, HEIGHT) };
  }

  private draw(): void {
    this.drawn.setAttribute("d", this.path());
  }
}
