// The host's page. In: news of the show. Out: the page kept fresh, and the running segment's time counted down.
import { connect, on } from "../live";
import { texts } from "../ui";

const t = texts();

function count(): void {
  const place = document.querySelector<HTMLElement>(".left[data-until]");
  if (!place) return;
  const left = Math.round((Number(place.dataset.until) - Date.now()) / 1000);
  const all = Math.abs(left);
  const said = `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;
  const text = ((left < 0 ? t.over : t.left) ?? "").replace("%s", said);
  if (place.textContent !== text) place.textContent = text;
  place.classList.toggle("over", left < 0);
}

connect(["host"]);
on("refreshed", count);
setInterval(count, 500);
count();
