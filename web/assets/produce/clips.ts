/* Films for air. In: a file and its name. Out: an upload with its progress, the desk's words when it is refused, and the
   state of those that are being made ready. */

import { commandId } from "../deeds";
import { csrf } from "../net";
import { texts } from "../ui";

const AGAIN_MS = 2000;

/** `fetch` tells nothing of what has gone up; a film takes minutes. */
function send(path: string, file: File, onPart: (share: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", /^(video|audio)\//.test(file.type) ? file.type : "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("X-Command-Id", commandId());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => onPart(event.total ? event.loaded / event.total : 0));
    request.addEventListener("error", () => fail(new Error(texts().offline ?? "")));
    request.addEventListener("load", () => {
      if (request.status < 300) return done();
      let words = texts().offline ?? "";
      try {
        words = (JSON.parse(request.responseText) as { detail?: string }).detail ?? words;
      } catch {
        // Not a problem document: a proxy refused it, and says nothing a person could use.
      }
      fail(new Error(words));
    });
    request.send(file);
  });
}

async function upload(form: HTMLFormElement, episode: string): Promise<void> {
  const name = form.querySelector<HTMLInputElement>("#clip-name")?.value.trim() ?? "";
  const file = form.querySelector<HTMLInputElement>("#clip-file")?.files?.[0];
  const progress = form.querySelector<HTMLProgressElement>("progress");
  const problem = form.querySelector<HTMLElement>("[data-problem]");
  const button = form.querySelector<HTMLButtonElement>("button");
  if (!file || !name || !progress || !problem || !button) return;
  problem.hidden = true;
  progress.hidden = false;
  button.disabled = true;
  try {
    await send(`/api/v1/clips?${new URLSearchParams({ episode_id: episode, name }).toString()}`, file, (share) => (progress.value = share));
    location.reload();
  } catch (error) {
    const words = problem.querySelector("span") ?? problem;
    words.textContent = (error as Error).message;
    problem.hidden = false;
    progress.hidden = true;
    button.disabled = false;
  }
}

async function look(section: HTMLElement, episode: string): Promise<void> {
  const answer = await fetch(`/api/v1/clips?episode_id=${encodeURIComponent(episode)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { clips } = (await answer.json()) as { clips: { clip_id: string; state: string; done: number }[] };
  let making = false;
  for (const clip of clips) {
    const said = section.querySelector<HTMLElement>(`[data-clip-id="${CSS.escape(clip.clip_id)}"] [data-making]`);
    if (!said) continue;
    if (clip.state !== "making") return location.reload();
    making = true;
    said.textContent = (texts().making ?? "").replace("%s", String(Math.round(clip.done * 100)));
  }
  if (making) setTimeout(() => void look(section, episode), AGAIN_MS);
}

export function keepClips(): void {
  const section = document.getElementById("clips");
  const form = document.querySelector<HTMLFormElement>("#clip-form");
  const episode = section?.dataset.episode ?? "";
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    void upload(form, episode);
  });
  const file = form?.querySelector<HTMLInputElement>("#clip-file");
  const name = form?.querySelector<HTMLInputElement>("#clip-name");
  file?.addEventListener("change", () => {
    if (name && !name.value) name.value = (file.files?.[0]?.name ?? "").replace(/\.[^.]*$/, "").slice(0, 80);
  });
  if (section?.querySelector("[data-making]")) setTimeout(() => void look(section, episode), AGAIN_MS);
}
