// The way out: the page is replaced, so that "back" does not return to it.

export function wayOut(): void {
  document.getElementById("leave")?.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.textContent = "";
    location.replace((event.currentTarget as HTMLAnchorElement).href);
  });
}
