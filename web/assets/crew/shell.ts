/* Makes the page open without network from now on. In: what this page has loaded. Out: a service worker that keeps it. */

const WORKER = "/crew/worker.js";
const AFTER_MS = 3000;

/** Later, so that the camera comes first. Without a worker the page is only lost by a reload while offline. */
export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  setTimeout(() => void register().catch(() => undefined), AFTER_MS);
}

async function register(): Promise<void> {
  const made = await navigator.serviceWorker.register(WORKER, { scope: "/crew" });
  await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((each) => each.name);
  made.active?.postMessage([...files, ...[...document.querySelectorAll("use")].map((each) => each.href.baseVal.split("#")[0] ?? "")]);
}
