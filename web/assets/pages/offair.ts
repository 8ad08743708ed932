// `/` off air: the countdown, and the switch to the live page when it begins.
import { connect, on } from "../live";
import { share, texts } from "../ui";

const words = texts();
const count = document.querySelector<HTMLElement>("[data-starts]");

function tick(): void {
  if (!count) return;
  const minutes = Math.ceil((Number(count.dataset.starts) - Date.now()) / 60_000);
  if (minutes <= 0) return;
  const parts: Record<string, number> = {
    days: Math.floor(minutes / 1440),
    hours: Math.floor(minutes / 60) % 24,
    minutes: minutes % 60,
  };
  for (const [name, value] of Object.entries(parts)) {
    const place = count.querySelector(`[data-part="${name}"]`);
    if (place) place.textContent = String(value);
  }
}

for (const button of document.querySelectorAll("[data-share]")) {
  button.addEventListener("click", () => void share(document.title, location.origin, words.copied ?? ""));
}
on("air", () => location.reload());
setInterval(tick, 5_000);
tick();
connect(["public"]);
