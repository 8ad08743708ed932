/* The inspection's texts and moments. In: names and figures. Out: words in the page's language. */

const said = JSON.parse(document.getElementById("spot-texts")?.textContent || "{}") as Record<string, string>;

export function word(name: string, fill: Record<string, string | number> = {}): string {
  return Object.entries(fill).reduce((text, [key, value]) => text.replace(`%${key}`, String(value)), said[name] ?? "");
}

export function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}
