// Pictures cleaned on the phone: decoded and drawn anew, so that nothing but pixels is left.

export interface Shot {
  name: string;
  raw: File;
  clean: Blob;
  url: string;
}

const LONGEST = 2560;
const QUALITY = 0.88;

/** The picture's pixels as a new JPEG; throws when the file is no readable picture. */
export async function clean(file: File): Promise<Shot> {
  const pixels = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(pixels.width, pixels.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(pixels.width * scale));
  canvas.height = Math.max(1, Math.round(pixels.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(pixels, 0, 0, canvas.width, canvas.height);
  pixels.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new Error("not encoded");
  return { name: file.name, raw: file, clean: blob, url: URL.createObjectURL(blob) };
}
