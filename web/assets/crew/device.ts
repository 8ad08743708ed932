/* The phone's own standing. In: a one-use code, or what this device kept from the last time. Out: a camera's token and
   what the desk says about that camera. The token lives in this browser only; the desk keeps a hash. */

import { ask, Problem } from "../net";

export interface Held {
  camera: string;
  token: string;
}
export interface CameraNow {
  camera: string;
  tally: "air" | "next" | "idle" | "off";
  epoch: number;
  ready: boolean;
  episode: string;
  away: boolean;
  held: boolean;
  prompt: { prompt_id: string; text: string } | null;
}

const HELD = "daylight.camera";
const DEVICE = "daylight.device";
const DUTIES = "daylight.duties";

export function deviceId(): string {
  let id = localStorage.getItem(DEVICE);
  if (!id) {
    id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(DEVICE, id);
  }
  return id;
}

export function held(): Held | null {
  try {
    const kept = JSON.parse(localStorage.getItem(HELD) ?? "null") as Held | null;
    return kept?.token && kept.camera ? kept : null;
  } catch {
    return null;
  }
}

/** What this phone is for, as the director chose it with the code; its holder may choose otherwise. */
export function duties(): string[] {
  return (localStorage.getItem(DUTIES) ?? "film inspect test").split(" ").filter(Boolean);
}

export function setDuties(chosen: string[]): void {
  localStorage.setItem(DUTIES, chosen.filter((each) => /^[a-z]+$/.test(each)).join(" "));
}

export function forget(): void {
  localStorage.removeItem(HELD);
}

/** The code of a scanned QR stands in the fragment: read it and take it out of the address bar and the history. */
export function scannedCode(): string {
  const said = new URLSearchParams(location.hash.slice(1));
  const code = said.get("join") ?? "";
  if (code && said.has("as")) setDuties((said.get("as") ?? "").split(/[ +]/));
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

export async function join(code: string): Promise<Held> {
  const reply = await ask("/api/v1/join", {
    json: { code, device_id: deviceId(), device_name: deviceName() },
    method: "POST",
  });
  const got = (await reply.json()) as Held;
  localStorage.setItem(HELD, JSON.stringify({ camera: got.camera, token: got.token }));
  return got;
}

export async function leave(mine: Held): Promise<void> {
  forget();
  await ask("/api/v1/camera/leave", { method: "POST", json: {}, headers: bearer(mine) }).catch(() => undefined);
}

export async function now(mine: Held): Promise<CameraNow> {
  const reply = await ask("/api/v1/camera", { headers: bearer(mine), signal: AbortSignal.timeout(4000) });
  return (await reply.json()) as CameraNow;
}

/**
 * Listen to the desk for as long as the page is open: one JSON object a line, the tally as soon as it changes.
 * Calls `gone` when this device no longer holds the camera, `heard` with null while the desk cannot be reached.
 */
export async function listen(mine: Held, heard: (state: CameraNow | null) => void, gone: (why: Problem) => void): Promise<void> {
  for (;;) {
    const stopped = new AbortController();
    let silence = setTimeout(() => stopped.abort(), 8000);
    try {
      const reply = await ask("/api/v1/camera/events", { headers: bearer(mine), signal: stopped.signal });
      for await (const line of lines(reply)) {
        clearTimeout(silence);
        silence = setTimeout(() => stopped.abort(), 8000);
        if (held()?.token !== mine.token) return stopped.abort();
        heard(JSON.parse(line) as CameraNow);
      }
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) return gone(error);
      heard(null);
    } finally {
      clearTimeout(silence);
    }
    await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 600));
    if (held()?.token !== mine.token) return;
  }
}

async function* lines(reply: Response): AsyncGenerator<string> {
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part) yield part;
  }
}

export function bearer(mine: Held): Record<string, string> {
  return { Authorization: `Bearer ${mine.token}` };
}

function deviceName(): string {
  const agent = navigator.userAgent;
  return /iPhone|iPad/.exec(agent)?.[0] ?? /Android[^;)]*; ([^;)]+)/.exec(agent)?.[1] ?? "";
}
