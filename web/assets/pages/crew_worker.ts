/* Opens the crew's page without network (ADR 24). In: requests of /crew and our static files. Out: the network's answer;
   without network the page as a stranger sees it, and the files it needs. Nothing of anybody is kept here: the page is
   fetched without cookies, and what a person did rests in the phone's own database. */

interface WorkerScope {
  addEventListener(type: string, hear: (event: never) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const worker = globalThis as unknown as WorkerScope;
const SHELL = "daylight-crew-1";
const PAGE = "/crew";

worker.addEventListener("install", (event: Lasting) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event: Lasting) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("message", (event: Lasting & { data: string[] }) => event.waitUntil(keepAll(event.data)));
worker.addEventListener("fetch", (event: Fetching) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate" && url.pathname === PAGE) event.respondWith(pageOr(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(fileOr(request));
});

/** The page as a stranger sees it and every file that page has loaded; files of an older build go. */
async function keepAll(files: string[]): Promise<void> {
  const cache = await caches.open(SHELL);
  const page = await fetch(PAGE, { credentials: "omit", cache: "no-store" });
  if (!page.ok) return;
  await cache.put(PAGE, page);
  const wanted = new Set(files.map((each) => new URL(each, worker.location.origin).pathname).filter((each) => each.startsWith("/static/")));
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/static/") && !wanted.has(pathname)) await cache.delete(request);
  }
  for (const each of wanted) if (!(await cache.match(each))) await cache.add(each).catch(() => undefined);
}

async function pageOr(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function fileOr(request: Request): Promise<Response> {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  // A file that was needed later (another view's script, a range of the font) is kept too; its name holds its hash.
  if (answer.ok && answer.type === "basic") {
    const copy = answer.clone();
    void caches.open(SHELL).then((cache) => cache.put(request, copy));
  }
  return answer;
}
