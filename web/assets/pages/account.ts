// One's own account. In: presses for a calendar link. Out: the link, shown once.
import { listenForDeeds } from "../deeds";

listenForDeeds({
  reload: () => location.reload(),
  calendar: (answer) => {
    const place = document.getElementById("calendar-url");
    if (place) place.textContent = String(answer.url);
    document.getElementById("calendar-once")?.removeAttribute("hidden");
  },
});
