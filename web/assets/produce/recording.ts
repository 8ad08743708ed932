// How far an ended episode's recording is. In: the API's word every few seconds. Out: the row; the page anew at the end.
const EVERY_MS = 3_000;

export function watchRecording(): void {
  const row = document.querySelector<HTMLElement>("[data-recording]");
  if (!row || !["waiting", "working"].includes(row.dataset.state ?? "")) return;
  const meter = row.querySelector<HTMLProgressElement>("progress");
  const timer = setInterval(async () => {
    const answer = await fetch(`/api/v1/episodes/${row.dataset.recording}/recording`).catch(() => null);
    if (!answer?.ok) return;
    const now = (await answer.json()) as { state: string; percent: number };
    if (now.state === "done" || now.state === "failed") {
      clearInterval(timer);
      location.reload();
    } else if (meter) meter.value = now.percent;
  }, EVERY_MS);
}
