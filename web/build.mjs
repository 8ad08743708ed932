// Builds web/static/dist from web/assets: scripts, styles, fonts, the icon sprite and manifest.json (name → hashed file).
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { ICONS, MARK, STATES } from "./assets/icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "assets");
const target = join(here, "static", "dist");

async function entries(folder, ending) {
  const names = await readdir(join(source, folder)).catch(() => []);
  return names.filter((name) => name.endsWith(ending)).map((name) => join(source, folder, name));
}

function sprite() {
  const symbol = (id, box, body) => `<symbol id="${id}" viewBox="0 0 ${box} ${box}">${body}</symbol>`;
  const all = [
    ...Object.entries(ICONS).map(([name, body]) => symbol(`i-${name}`, 24, body)),
    ...Object.entries(STATES).map(([name, body]) => symbol(`s-${name}`, 16, body)),
    symbol("mark", 32, MARK),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg"><defs>${all.join("")}</defs></svg>`;
}

async function put(name, ending, body) {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 8).toUpperCase();
  const file = `${name}-${hash}.${ending}`;
  await writeFile(join(target, file), body);
  return file;
}

async function compress(file) {
  const body = await readFile(file);
  if (body.length < 1024) return;
  await writeFile(`${file}.gz`, gzipSync(body, { level: 9 }));
  await writeFile(`${file}.br`, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
}

async function build() {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const result = await esbuild.build({
    entryPoints: [...(await entries("pages", ".ts")), ...(await entries("css", ".css"))],
    outbase: source,
    outdir: target,
    entryNames: "[dir]/[name]-[hash]",
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "safari16"],
    minify: true,
    sourcemap: "linked",
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  const files = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const made = relative(target, resolve(path));
    if (output.entryPoint) {
      const name = relative(source, resolve(output.entryPoint)).replace(/\.ts$/, ".js");
      files[name] = made;
    }
    if (/\.(js|css)$/.test(made)) await compress(join(target, made));
  }
  files["icons.svg"] = await put("icons", "svg", sprite());
  files["favicon.svg"] = await put("favicon", "svg", await readFile(join(source, "favicon.svg")));
  await compress(join(target, files["icons.svg"]));
  const manifest = { files, icons: Object.keys(ICONS), glyphs: Object.keys(STATES) };
  await writeFile(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  return Object.keys(files).length;
}

if (process.argv.includes("--watch")) {
  const { watch } = await import("node:fs");
  let waiting;
  watch(source, { recursive: true }, () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => build().then(() => console.log("built"), console.error), 100);
  });
}
const count = await build();
console.log(`built ${count} assets into ${basename(dirname(target))}/${basename(target)}`);
