// A past episode. In: links of the chapters. Out: the film on this page goes there; without scripts the link opens it.
for (const link of document.querySelectorAll<HTMLAnchorElement>(".chapters a")) {
  link.addEventListener("click", (event) => {
    const film = document.querySelector<HTMLVideoElement>(`video[data-film="${link.dataset.film}"]`);
    if (!film) return;
    event.preventDefault();
    film.currentTime = Number(link.dataset.at);
    film.scrollIntoView({ block: "nearest" });
    film.focus();
    void film.play().catch(() => undefined);
  });
}
