// `/` on air: the picture, and the page that keeps its time.
import { connect, on, refresh, setClock } from "../live";
import { Player } from "../player";
import { say, share, texts, toast } from "../ui";

const words = texts();
const box = document.querySelector<HTMLElement>(".player");
const player = box ? new Player(box, words) : undefined;
setClock(() => player?.date() ?? null);

for (const button of document.querySelectorAll("[data-share]")) {
  button.addEventListener("click", () => void share(document.title, location.origin, words.copied ?? ""));
}

on("say", (message) => say(String(message.text ?? "")));
on("air", (message) => {
  if (message.on) void refresh();
  else location.reload();
});
on("cut", () => player?.restart());

let lost: number | undefined;
let told = false;
on("link", (message) => {
  clearTimeout(lost);
  if (message.state === "lost") {
    // A blink is nobody's business; ten seconds are.
    lost = setTimeout(() => {
      told = true;
      toast(words.lost ?? "");
    }, 10_000);
  } else if (message.state === "open" && told) {
    told = false;
    toast(words.back ?? "");
  }
});

connect(["public", ...(document.querySelector("[data-chat]") ? ["chat"] : [])]);
