// Builds what the browser needs into src/keystead/web/static/build: app.js, live.js (the worker of live.ts), app.css, icons.svg and the fonts.
// `node build.mjs` builds once, minified; `node build.mjs --watch` rebuilds on every change.
import { spawn } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/keystead/web/static/build");
const find = createRequire(import.meta.url).resolve;
const watch = process.argv.includes("--watch");

// Latin and Latin extended: what English, Portuguese, Spanish and the names of European customers need.
const FONTS = ["inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"];

async function fonts() {
  const from = join(dirname(find("@fontsource-variable/inter/package.json")), "files");
  await mkdir(join(out, "fonts"), { recursive: true });
  await Promise.all(FONTS.map((name) => cp(join(from, name), join(out, "fonts", name))));
}

// One sprite with the icons named in icons.txt: one cached request, no icon markup repeated in the pages.
async function icons() {
  const from = join(dirname(find("lucide-static/package.json")), "icons");
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").filter(Boolean);
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(join(from, `${name}.svg`), "utf8");
      const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(join(out, "icons.svg"), sprite);
}

async function script() {
  const options = {
    entryPoints: { app: join(here, "src/app.ts"), live: join(here, "src/live-worker.ts") },
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  };
  if (watch) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}

function styles() {
  const cli = join(dirname(find("@tailwindcss/cli/package.json")), "dist/index.mjs");
  const args = [cli, "--input", "styles/app.css", "--output", join(out, "app.css"), "--minify"];
  if (watch) args.push("--watch=always");
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: here, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`tailwindcss ended with ${code}\n${said}`))));
  });
}

// Beside each text its compressed forms, which the server sends to whoever takes them: a third of the size. While files are
// rebuilt at every change there are none: an old one would be sent in place of the new text.
async function compress() {
  for (const name of await readdir(out)) {
    const path = join(out, name);
    if (/\.(gz|br)$/.test(name)) await rm(path);
    if (watch || !/\.(js|css|svg)$/.test(name)) continue;
    const text = await readFile(path);
    await Promise.all([writeFile(`${path}.gz`, gzipSync(text, { level: 9 })), writeFile(`${path}.br`, brotliCompressSync(text))]);
  }
}

if (!watch) await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([fonts(), icons(), script(), styles()]);
await compress();
