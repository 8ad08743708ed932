// The chat beside the picture. In: messages of the topics `chat` and `me:…`. Out: lines, the sender's own, the form.
import { on } from "../live";
import { ask, post, Problem } from "../net";

const LINES_MOST = 200;
const by = <T extends HTMLElement>(id: string): T | null => document.getElementById(id) as T | null;
const texts = JSON.parse(by("chat-texts")?.textContent ?? "{}") as Record<string, string>;
const log = by("chat-log");
const form = by<HTMLFormElement>("chat-form");
const line = by<HTMLTemplateElement>("chat-line");

function atEnd(): boolean {
  return !log || log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}

function toEnd(): void {
  if (log) log.scrollTop = log.scrollHeight;
}

on("message", (message) => {
  if (!log || !line || message.topic !== "chat") return;
  const id = `m-${String(message.id)}`;
  if (document.getElementById(id)) return;
  const follow = atEnd();
  log.querySelector(".none")?.remove();
  const made = line.content.cloneNode(true) as DocumentFragment;
  const [shown, name, text] = [made.querySelector("p"), made.querySelector("b"), made.querySelector("span")];
  if (!shown || !name || !text) return;
  shown.id = id;
  name.textContent = String(message.name);
  text.textContent = String(message.text);
  log.append(made);
  while (log.children.length > LINES_MOST) log.firstElementChild?.remove();
  if (follow) toEnd();
});

on("gone", (message) => {
  if (message.topic === "chat") document.getElementById(`m-${String(message.id)}`)?.remove();
});

on("mode", (message) => {
  const field = by<HTMLInputElement>("chat-text");
  if (message.topic !== "chat" || !field) return;
  field.placeholder = (message.mode === "all" ? texts.say : texts.free) ?? "";
  field.setAttribute("aria-label", field.placeholder);
});

let asking: Promise<void> | undefined;
/** One's own messages anew; calls that come meanwhile share the answer. */
function own(): Promise<void> {
  asking ??= ask("/chat/mine")
    .then(async (answer) => {
      const place = by("chat-mine");
      if (place) place.innerHTML = ((await answer.json()) as { html: string }).html;
    })
    .catch(() => undefined)
    .finally(() => (asking = undefined));
  return asking;
}

on("mine", () => void own());
on("refreshed", toEnd);
on("fragment", (message) => {
  if (message.target === "questions") void own();
});

async function send(field: HTMLInputElement): Promise<void> {
  const [name, question] = [by<HTMLInputElement>("chat-name"), by<HTMLInputElement>("chat-question")];
  const open = !by("name-box")?.classList.contains("off");
  const body = { text: field.value, question: question?.checked ?? false, name: open ? (name?.value ?? "") : "" };
  const said = await post<{ name: string }>("/chat", body);
  field.value = "";
  if (question) question.checked = false;
  const shown = by("who-name");
  if (shown) shown.textContent = said.name;
  named(true);
  await own();
  by("chat-mine")?.lastElementChild?.scrollIntoView({ block: "nearest" });
}

function named(known: boolean): void {
  by("name-box")?.classList.toggle("off", known);
  by("who")?.classList.toggle("off", !known);
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const [field, wrong] = [by<HTMLInputElement>("chat-text"), by("chat-wrong")];
  const button = form.querySelector<HTMLButtonElement>(".btn.main");
  if (!field || !wrong || !button || button.disabled) return;
  wrong.textContent = "";
  button.disabled = true;
  send(field)
    .catch((error: unknown) => {
      wrong.textContent = error instanceof Problem ? error.message : (texts.failed ?? "");
      if (error instanceof Problem && error.code.startsWith("name")) {
        named(false);
        by("chat-name")?.focus();
      }
    })
    .finally(() => (button.disabled = false));
});

by("rename")?.addEventListener("click", () => {
  named(false);
  by("chat-name")?.focus();
});

by("ask-open")?.addEventListener("click", () => {
  const question = by<HTMLInputElement>("chat-question");
  if (question) question.checked = true;
  by(by("name-box")?.classList.contains("off") ? "chat-text" : "chat-name")?.focus();
});

document.addEventListener("click", (event) => {
  const target = (event.target as Element).closest<HTMLElement>("[data-forget]");
  if (!target) return;
  const path = `/chat/mine/${encodeURIComponent(target.dataset.forget ?? "")}/forget`;
  // The offer is gone with the click, whether it was taken or not; `keepalive` outlives the page.
  void fetch(path, { method: "POST", keepalive: true, headers: { "X-CSRF-Token": csrfOf() } });
  target.closest(".msg")?.remove();
});

function csrfOf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

document.documentElement.classList.add("js");
toEnd();
