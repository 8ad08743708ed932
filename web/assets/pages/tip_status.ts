// /tip/status: the words turn into keys here; the desk sends sealed messages, this page opens them.
import { post, Problem } from "../net";
import { wayOut } from "../tips/leave";
import { derive, type Keys, parse, readId, table } from "../tips/receipt";
import { openAll, sealJson, toBase64 } from "../tips/seal";
import { texts } from "../ui";

interface Standing {
  html: string;
  open: boolean;
  desk_recipient: string;
  reply_recipient: string;
}

const say = texts();
const ask = document.getElementById("ask") as HTMLFormElement | null;
const form = document.getElementById("say") as HTMLFormElement | null;
const wrong = document.getElementById("wrong");
let held: { publicId: string; keys: Keys; standing: Standing } | undefined;

function tell(text = ""): void {
  if (wrong) wrong.textContent = text;
}

async function show(publicId: string, keys: Keys, standing: Standing): Promise<void> {
  held = { publicId, keys, standing };
  const place = document.getElementById("standing");
  if (!place) return;
  const made = document.createElement("template");
  made.innerHTML = standing.html;
  await openAll(made.content, [keys.identity], say.sealed ?? "");
  place.replaceChildren(made.content);
  place.classList.remove("off");
  ask?.classList.add("off");
  form?.classList.toggle("off", !standing.open);
  place.querySelector<HTMLElement>("h1")?.focus();
}

async function open(): Promise<void> {
  const idField = document.getElementById("public-id") as HTMLInputElement;
  const wordField = document.getElementById("receipt-words") as HTMLTextAreaElement;
  const count = Number(ask?.dataset.count);
  const publicId = readId(idField.value);
  if (!publicId) return tell(say.id);
  const words = parse(table(), wordField.value, count);
  if (typeof words === "number") return tell(say.word?.replace("{place}", String(words)));
  if (words.length !== count) return tell(say.count?.replace("{given}", String(words.length)));
  const keys = await derive(publicId, words);
  const standing = await post<Standing>("/tip/status/open", { public_id: publicId, auth: keys.auth });
  wordField.value = "";
  await show(publicId, keys, standing);
}

async function add(): Promise<void> {
  const field = document.getElementById("say-text") as HTMLInputElement;
  const text = field.value.trim();
  if (!held || !text) return;
  const to = [held.standing.desk_recipient, held.standing.reply_recipient];
  const sealed = toBase64(await sealJson({ text }, to));
  const body = { public_id: held.publicId, auth: held.keys.auth, sealed };
  const standing = await post<Standing>("/tip/status/say", body);
  field.value = "";
  await show(held.publicId, held.keys, standing);
}

function handle(target: HTMLFormElement | null, act: () => Promise<void>): void {
  target?.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = target.querySelector<HTMLButtonElement>(".btn.main");
    if (button?.disabled) return;
    if (button) button.disabled = true;
    tell(target === ask ? say.opening : "");
    act()
      .then(() => undefined)
      .catch((error: unknown) => {
        const text = error instanceof Problem ? error.message : (say.failed ?? "");
        if (target === ask) tell(text);
        else (document.getElementById("toasts") as HTMLElement).textContent = text;
      })
      .finally(() => {
        if (wrong?.textContent === say.opening) tell("");
        if (button) button.disabled = false;
      });
  });
}

wayOut();
handle(ask, open);
handle(form, add);
window.addEventListener("pagehide", () => {
  held = undefined;
  document.getElementById("standing")?.replaceChildren();
});
