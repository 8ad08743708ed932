// /desk/tips: keys and letters open here and only here. The passphrase never leaves this page.
import { Decrypter, Encrypter, armor, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ask, post, Problem } from "../net";
import { fromBase64, openAll, openBytes, openJson, sealJson, toBase64 } from "../tips/seal";
import { texts, toast } from "../ui";

interface HeldKey {
  id: number;
  recipient: string;
  sealed: string;
}
interface View {
  html: string;
  recipient: string;
}
interface Letter {
  where: string;
  what: string;
  contact: string;
  raw_pictures: boolean;
}

const say = texts();
const keys = JSON.parse(document.getElementById("keys")?.textContent ?? "[]") as HeldKey[];
const IDLE_MS = 15 * 60_000;
let identities: string[] = [];
let current: { id: string; recipient: string } | undefined;

function by<T extends HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}
const breathe = (): Promise<void> => new Promise((done) => setTimeout(done, 30));

async function ceremony(form: HTMLFormElement): Promise<void> {
  const [first, again, wrong] = [by<HTMLInputElement>("new-pass"), by<HTMLInputElement>("new-again"), by("new-wrong")];
  if (!first || !again || !wrong) return;
  wrong.textContent = "";
  if ([...first.value].length < 16) return void (wrong.textContent = say.short ?? "");
  if (first.value !== again.value) return void (wrong.textContent = say.differ ?? "");
  await working(form, say.make, async () => {
    const identity = await generateX25519Identity();
    const sealer = new Encrypter();
    sealer.setPassphrase(first.value);
    const sealed = armor.encode(await sealer.encrypt(identity));
    await post("/desk/tips/key", { recipient: await identityToRecipient(identity), sealed_identity: sealed, expects: 0 });
    location.reload();
  }).catch((error: unknown) => {
    wrong.textContent = error instanceof Problem ? error.message : (say.failed ?? "");
  });
}

async function working(form: HTMLFormElement, label: string | undefined, act: () => Promise<void>): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>(".btn.main");
  if (!button || button.disabled) return;
  button.disabled = true;
  button.textContent = say.working ?? "";
  await breathe();
  try {
    await act();
  } finally {
    button.disabled = false;
    button.textContent = label ?? "";
  }
}

async function unlock(form: HTMLFormElement): Promise<void> {
  const [field, wrong] = [by<HTMLInputElement>("pass"), by("pass-wrong")];
  if (!field || !wrong) return;
  wrong.textContent = "";
  await working(form, say.open, async () => {
    const opened: string[] = [];
    for (const key of keys) {
      try {
        const opener = new Decrypter();
        opener.addPassphrase(field.value);
        opened.push((await opener.decrypt(armor.decode(key.sealed), "text")).trim());
      } catch {
        if (key === keys[0]) break; // an older key may have had another passphrase
      }
    }
    field.value = "";
    if (!opened.length) {
      wrong.textContent = say.wrong ?? "";
      return field.focus();
    }
    identities = opened;
    await list();
    setInterval(() => void list().catch(() => undefined), 60_000);
    form.classList.add("off");
    by("inbox")?.classList.remove("off");
    by("lock")?.classList.remove("off");
  });
}

function lock(): void {
  identities = [];
  location.reload();
}

async function list(): Promise<void> {
  const rows = by("rows");
  if (!rows) return;
  rows.innerHTML = ((await (await ask("/desk/tips/list")).json()) as { html: string }).html;
  mark();
}

function mark(): void {
  for (const one of document.querySelectorAll<HTMLElement>("[data-tip]")) {
    one.toggleAttribute("aria-current", one.dataset.tip === current?.id);
  }
}

async function view(id: string): Promise<void> {
  const place = by("tip");
  if (!place) return;
  const got = await post<View>(`/desk/tips/${encodeURIComponent(id)}/view`);
  current = { id, recipient: got.recipient };
  const made = document.createElement("template");
  made.innerHTML = got.html;
  await openLetter(made.content);
  await openAll(made.content, identities, say.sealed ?? "");
  place.replaceChildren(made.content);
  place.querySelector<HTMLElement>("h2")?.focus();
  await list();
}

async function openLetter(root: DocumentFragment): Promise<void> {
  const place = root.querySelector<HTMLElement>("[data-letter]");
  const sealed = place?.dataset.letter;
  place?.removeAttribute("data-letter");
  if (!place || !sealed) return;
  const fill = (name: string, text: string): void => {
    const into = place.querySelector(`[data-of="${name}"]`);
    if (into) into.textContent = text || (say.none ?? "");
  };
  try {
    const letter = await openJson<Letter>(fromBase64(sealed), identities);
    fill("where", letter.where);
    fill("what", letter.what);
    fill("contact", letter.contact);
    const note = root.querySelector("#raw-note");
    if (note) note.textContent = (letter.raw_pictures ? say.raw : say.clean) ?? "";
  } catch {
    fill("what", say.sealed ?? "");
  }
}

async function picture(button: HTMLElement): Promise<void> {
  const at = button.dataset.picture ?? "";
  const answer = await ask(`/desk/tips/${encodeURIComponent(current?.id ?? "")}/pictures/${at}`, { method: "POST" });
  const plain = await openBytes(new Uint8Array(await answer.arrayBuffer()), identities);
  const image = document.createElement("img");
  image.src = URL.createObjectURL(new Blob([plain as Uint8Array<ArrayBuffer>]));
  image.alt = (say.picture ?? "").replace("{at}", String(Number(at) + 1));
  image.addEventListener("error", () => (image.alt = say.sealed ?? ""));
  button.replaceWith(image);
}

async function reply(form: HTMLFormElement, answer: boolean): Promise<void> {
  const [field, wrong] = [form.querySelector("textarea"), by("reply-wrong")];
  const text = field?.value.trim() ?? "";
  if (!field || !wrong || !current) return;
  wrong.textContent = text ? "" : (say.empty ?? "");
  if (!text) return field.focus();
  if (answer && !confirm(say.sure)) return;
  const to = [current.recipient, ...keys.slice(0, 1).map((key) => key.recipient)];
  const sealed = toBase64(await sealJson({ text }, to));
  await deed("reply", { sealed, answer });
  toast(say.sent ?? "");
}

async function deed(what: string, body: unknown): Promise<void> {
  if (!current) return;
  await post(`/desk/tips/${encodeURIComponent(current.id)}/${what}`, body);
  await view(current.id);
}

function failed(error: unknown): void {
  toast(error instanceof Problem ? error.message : (say.failed ?? ""), "alarm");
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const pressed = (event as SubmitEvent).submitter?.dataset.answer;
  const reference = by<HTMLInputElement>("reference")?.value ?? "";
  const acts: Record<string, () => Promise<void>> = {
    ceremony: () => ceremony(form),
    unlock: () => unlock(form),
    reply: () => reply(form, pressed === "1"),
    refer: () => deed("reference", { reference }),
  };
  acts[form.id]?.().catch(failed);
});

document.addEventListener("click", (event) => {
  const target = (event.target as Element).closest<HTMLElement>("[data-tip],[data-picture],[data-move],#lock");
  if (!target) return;
  if (target.id === "lock") return lock();
  const { tip, picture: at, move } = target.dataset;
  const act = tip ? view(tip) : at !== undefined ? picture(target) : deed("move", { to: move });
  act.catch(failed);
});

let idle = setTimeout(lock, IDLE_MS);
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => {
    clearTimeout(idle);
    idle = setTimeout(() => identities.length && lock(), IDLE_MS);
  });
}
