// Sealing and opening in the browser with age. The same padding as tips/seal.py.
import { Decrypter, Encrypter } from "age-encryption";

const PAD = 4096;

/** JSON, padded, for every one of `recipients`. */
export async function sealJson(value: unknown, recipients: string[]): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const padded = new Uint8Array(Math.ceil(plain.length / PAD) * PAD).fill(0x20);
  padded.set(plain);
  return sealBytes(padded, recipients);
}

export async function sealBytes(plain: Uint8Array, recipients: string[]): Promise<Uint8Array> {
  const sealer = new Encrypter();
  for (const one of new Set(recipients)) sealer.addRecipient(one);
  return sealer.encrypt(plain);
}

export async function openBytes(sealed: Uint8Array, identities: string[]): Promise<Uint8Array> {
  const opener = new Decrypter();
  for (const one of identities) opener.addIdentity(one);
  return opener.decrypt(sealed, "uint8array");
}

export async function openJson<T>(sealed: Uint8Array, identities: string[]): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await openBytes(sealed, identities))) as T;
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

/** Fill every `[data-sealed]` below `root`; what does not open says so. */
export async function openAll(root: ParentNode, identities: string[], sealed: string): Promise<void> {
  for (const place of root.querySelectorAll<HTMLElement>("[data-sealed]")) {
    const bytes = fromBase64(place.dataset.sealed ?? "");
    place.removeAttribute("data-sealed");
    try {
      place.textContent = (await openJson<{ text: string }>(bytes, identities)).text;
    } catch {
      place.textContent = sealed;
    }
  }
}
