// One socket a page. In: topics. Out: fragments morphed into the page and typed messages to listeners.
//
// A fragment that carries `utc_ns` waits until the page's clock (the player's own date, see `setClock`) has reached
// it, so that a page never runs ahead of the picture its viewer sees. Without a clock it shows at once.
import { Idiomorph } from "idiomorph";

export interface LiveMessage {
  type: string;
  topic?: string;
  seq?: number;
  utc_ns?: number;
  [key: string]: unknown;
}
interface Fragment extends LiveMessage {
  target: string;
  html: string;
}
type Listener = (message: LiveMessage) => void;
export type Link = "connecting" | "open" | "lost";

const HELD_MOST = 1000;
const SILENCE_MS = 45_000;
const listeners = new Map<string, Set<Listener>>();
const held: LiveMessage[] = [];
const at = new Map<string, number>();
let epoch = "";
let topics: string[] = [];
let tries = 0;
let heard = 0;
let socket: WebSocket | undefined;
let clock: () => number | null = () => null;
let reloading = false;

/** Hear messages of `type` (`fragment`, `link`, `cue`, …); returns how to stop. */
export function on(type: string, fn: Listener): () => void {
  const set = listeners.get(type) ?? new Set<Listener>();
  listeners.set(type, set.add(fn));
  return () => set.delete(fn);
}

function tell(message: LiveMessage): void {
  for (const fn of listeners.get(message.type) ?? []) fn(message);
}

/** The picture's own time in ms since 1970, or null while there is no picture: then nothing waits. */
export function setClock(read: () => number | null): void {
  clock = read;
}

export function morph(target: Element, html: string): void {
  // Replaces the target's children; focus, open <details> and half-typed fields stay with the reader.
  Idiomorph.morph(target, html, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      beforeAttributeUpdated: (name: string, node: Element) => !(name === "open" && node.tagName === "DETAILS"),
      beforeNodeMorphed: (old: Node) => !(old instanceof Element && old.hasAttribute("data-keep")),
    },
  });
}

function show(message: LiveMessage): void {
  if (message.type === "fragment") {
    const { target, html } = message as Fragment;
    for (const place of document.querySelectorAll(`[data-live="${CSS.escape(target)}"]`)) morph(place, html);
  }
  tell(message);
}

function release(): void {
  const now = clock();
  while (held.length) {
    const due = (held[0]?.utc_ns ?? 0) / 1e6;
    if (now !== null && due > now && held.length <= HELD_MOST) return;
    show(held.shift() as LiveMessage);
  }
}

function take(message: LiveMessage): void {
  if (message.topic && typeof message.seq === "number") {
    if (message.seq <= (at.get(message.topic) ?? 0)) return;
    at.set(message.topic, message.seq);
  }
  if (message.type === "ping") return;
  if (message.type === "reload") return void refresh();
  if (message.type === "resume") return void socket?.close();
  if (message.utc_ns) {
    held.push(message);
    release();
  } else show(message);
}

function readPlace(root: Document): void {
  const meta = root.querySelector<HTMLMetaElement>('meta[name="live"]');
  const place = JSON.parse(meta?.content || "{}") as { epoch?: string; at?: Record<string, number> };
  epoch = place.epoch ?? "";
  at.clear();
  for (const [topic, seq] of Object.entries(place.at ?? {})) at.set(topic, seq);
}

/** Fetch this page anew and morph its live parts in: a stale page becomes a fresh one without losing the player. */
export async function refresh(): Promise<void> {
  if (reloading) return;
  reloading = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok || answer.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh.body.dataset.page !== document.body.dataset.page) return location.reload();
    held.length = 0;
    for (const place of document.querySelectorAll("[data-live]")) {
      const name = CSS.escape(place.getAttribute("data-live") ?? "");
      const now = fresh.querySelector(`[data-live="${name}"]`);
      if (!now) return location.reload();
      morph(place, now.innerHTML);
    }
    readPlace(fresh);
    const csrf = fresh.querySelector<HTMLMetaElement>('meta[name="csrf"]');
    if (csrf) document.querySelector('meta[name="csrf"]')?.setAttribute("content", csrf.content);
    tell({ type: "refreshed" });
    socket?.close();
  } catch {
    // offline: the socket's own retry comes back here
  } finally {
    reloading = false;
  }
}

function link(state: Link): void {
  document.body.dataset.link = state;
  tell({ type: "link", state });
}

function open(): void {
  const ask = new URLSearchParams({ topics: topics.join(","), epoch });
  ask.set("at", [...at].map(([topic, seq]) => `${topic}:${seq}`).join(","));
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws?${ask}`);
  link("connecting");
  socket.onopen = () => {
    tries = 0;
    heard = Date.now();
    link("open");
  };
  socket.onmessage = (event) => {
    heard = Date.now();
    for (const message of JSON.parse(event.data as string) as LiveMessage[]) take(message);
  };
  socket.onclose = () => {
    link("lost");
    // Full jitter: a thousand pages that lost the desk together do not come back together.
    const wait = Math.random() * Math.min(15_000, 500 * 2 ** tries++) + 200;
    setTimeout(open, wait);
  };
}

/** Open the page's socket for these topics. Called once. */
export function connect(wanted: string[]): void {
  topics = wanted;
  readPlace(document);
  open();
  setInterval(release, 200);
  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && Date.now() - heard > SILENCE_MS) socket.close();
  }, 5_000);
}
