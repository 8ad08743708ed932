/* Draws on /produce. In: forms of the two holders. Out: halves of the secret made and kept in this browser; the desk gets
   their hashes, and a half only when its holder hands it in. */

import { bodyOf, commandId, deed, refusal } from "../deeds";
import { ask, csrf } from "../net";
import { sha256, toHex } from "../draw/hash";
import { texts } from "../ui";

const place = (drawId: string): string => `daylight.share.${drawId}`;

function problem(form: HTMLFormElement, error: unknown): void {
  const box = form.querySelector<HTMLElement>("[data-problem]");
  const words = box?.querySelector("span");
  if (!box || !words) return;
  words.textContent = error instanceof Error && error.name === "Plain" ? error.message : refusal(error);
  box.hidden = false;
}

function plain(text: string): Error {
  const error = new Error(text);
  error.name = "Plain";
  return error;
}

function chance(form: HTMLFormElement): Record<string, unknown> {
  const field = (name: string): string => form.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-chance="${name}"]`)?.value.trim() ?? "";
  const kind = field("kind") || "drand";
  if (kind === "drand") return { kind };
  return { kind, name: field("name"), at: field("at") ? `${field("at")}:00+08:00` : undefined };
}

function conflicts(form: HTMLFormElement): Record<string, string>[] {
  const lines = form.querySelector<HTMLTextAreaElement>("[data-conflicts]")?.value.split("\n") ?? [];
  return lines.map((line) => line.trim()).filter(Boolean).map((line) => {
    const [id = "", ...why] = line.split(/[\s,，]+/);
    return { id, why: why.join(" ") };
  });
}

/** A poll's result typed in: only when somebody entered votes for the chosen pool. */
function poll(form: HTMLFormElement): Record<string, unknown> {
  const field = (name: string): string => form.querySelector<HTMLInputElement>(`[data-poll-field="${name}"]`)?.value.trim() ?? "";
  const pool = form.querySelector<HTMLSelectElement>("[name=pool_id]")?.value ?? "";
  const votes = [...form.querySelectorAll<HTMLInputElement>(`[data-strata="${CSS.escape(pool)}"] [data-votes]`)].filter((each) => each.value.trim() !== "");
  if (!votes.length) return {};
  const options = votes.map((each) => ({ stratum: each.dataset.votes ?? "", votes: Number(each.value) }));
  const frozen = field("frozen") ? `${field("frozen")}:00+08:00` : undefined;
  return { route: "public_vote", evidence: field("evidence"), poll: { question: field("question"), options, frozen } };
}

async function half(form: HTMLFormElement): Promise<void> {
  if (!crypto.subtle) throw plain(texts().insecure ?? "");
  const share = toHex(crypto.getRandomValues(new Uint8Array(32)));
  const lock = await sha256(`daylight.draw.share.v1 ${share}\n`);
  const body: Record<string, unknown> = { ...bodyOf(form), lock };
  if (form.querySelector("[data-chance]")) Object.assign(body, { randomness: chance(form), conflicts: conflicts(form) }, poll(form));
  const answer = await deed<{ draw_id?: string }>(form.dataset.half ?? "", body);
  const drawId = answer.draw_id ?? form.closest<HTMLElement>("[data-draw-id]")?.dataset.drawId ?? "";
  localStorage.setItem(place(drawId), share);
  const dialog = document.querySelector<HTMLDialogElement>("#half");
  const text = document.getElementById("half-text");
  if (!dialog || !text) return location.reload();
  text.textContent = share;
  dialog.addEventListener("close", () => location.reload(), { once: true });
  dialog.showModal();
}

async function handIn(form: HTMLFormElement): Promise<void> {
  const drawId = form.dataset.share ?? "";
  const typed = form.querySelector<HTMLInputElement>("[name=share]")?.value.trim();
  const share = typed || localStorage.getItem(place(drawId));
  if (!share) throw plain(texts().no_share ?? "");
  await deed(`/api/v1/draws/${drawId}/share`, { share });
  localStorage.removeItem(place(drawId));
  location.reload();
}

async function pool(form: HTMLFormElement): Promise<void> {
  const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
  const name = form.querySelector<HTMLInputElement>("[name=name]")?.value.trim() ?? "";
  if (!file) return;
  const kind = file.name.endsWith(".json") ? "application/json" : "text/csv";
  const query = new URLSearchParams({ name }).toString();
  await ask(`/api/v1/draw-pools?${query}`, { method: "POST", body: file, headers: { "Content-Type": kind, "X-Command-Id": commandId() } });
  location.reload();
}

async function audit(button: HTMLButtonElement): Promise<void> {
  const answer = await ask(`/api/v1/draws/${button.dataset.audit}/audit`, { json: {}, headers: { "X-CSRF-Token": csrf() } });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "audit.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

export function keepDraws(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const act = form.dataset.half !== undefined ? half : form.dataset.share !== undefined ? handIn : form.dataset.pool !== undefined ? pool : null;
    if (!act) return;
    event.preventDefault();
    const button = form.querySelector("button");
    if (button) button.disabled = true;
    act(form)
      .catch((error: unknown) => problem(form, error))
      .finally(() => {
        if (button) button.disabled = false;
      });
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-audit]");
    if (button) void audit(button).catch(() => undefined);
  });
}
