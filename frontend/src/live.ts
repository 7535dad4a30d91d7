// What others change shows in the page by itself. <main data-live="northwind/plan:…"> names what the page listens to; when that is
// touched the page asks for a newer copy of itself and merges it into what is there (live-merge.ts).
import htmx from "htmx.org";
import { type Ask, Line, type News } from "./live-line";
import { merge } from "./live-merge";

const PAUSE_MS = 500; // between two looks
const FALLBACK_MS = 60_000; // how often the page looks by itself while the line is down
const REST_AFTER_MS = 10_000; // in the background
const HIGHLIGHT_MS = 2_500;

const main = document.querySelector<HTMLElement>("#main");
const chip = document.querySelector<HTMLButtonElement>("#live-chip");
const said = document.querySelector<HTMLElement>("#live-said");

/** This page's key: what it changes itself is told apart from what others change. */
export const page = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let since = Number(main?.dataset.liveSince ?? 0);
let isUp = false;
let isClosed = false;
let fallback = 0;
let looking: Promise<void> | null = null;
let isDue = false;
let isDueLoud = false;
let timer = 0;
let lastLook = 0;
let newest: Element | null = null;

export const isLive = (): boolean => isUp;

function topic(): string {
  const named = main?.dataset.live ?? "";
  return named.endsWith("/") ? "" : named; // a page without a topic has only its workspace there
}

function onNews(news: News): void {
  if (news.event === "touched") {
    since = Math.max(since, news.id);
    const pages = news.topics[topic()];
    if (pages) lookSoon(news.wait, pages.some((each) => each !== page));
    return;
  }
  isUp = news.event === "up";
  isClosed = news.event === "closed";
  clearInterval(fallback);
  if (news.event === "down") fallback = window.setInterval(() => lookSoon(0, true), FALLBACK_MS);
}

/** Looks after `wait` milliseconds. `isLoud`: somebody else wrote it, so that the person is shown what is another now. */
function lookSoon(wait: number, isLoud: boolean): void {
  isDue = true;
  isDueLoud ||= isLoud;
  if (document.hidden || looking || timer) return;
  const pause = Math.max(wait, lastLook + PAUSE_MS - Date.now(), 0);
  timer = window.setTimeout(() => {
    timer = 0;
    looking = look().finally(() => {
      looking = null;
      lastLook = Date.now();
      if (isDue) lookSoon(0, false);
    });
  }, pause);
}

async function look(): Promise<void> {
  if (document.querySelector(".htmx-request")) {
    await new Promise((done) => setTimeout(done, PAUSE_MS)); // its answer would be older or newer than ours: one after the other
  }
  const isLoud = isDueLoud;
  isDue = isDueLoud = false;
  const address = location.pathname + location.search;
  const answer = await fetch(address, { headers: { "Keystead-Live": page }, cache: "no-store" }).catch(() => null);
  if (!answer || !main || address !== location.pathname + location.search) return;
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("#main");
  if (!fresh || isClosed) return;
  if (fresh.dataset.liveState !== main.dataset.liveState) return location.replace(answer.url);
  if (fresh.dataset.live !== main.dataset.live) return;
  newest = fresh;
  show(fresh.cloneNode(true) as Element, isLoud, false);
}

function show(fresh: Element, isLoud: boolean, reorder: boolean): void {
  if (!main) return;
  const { changed, added, held } = merge(main, fresh, { reorder });
  added.forEach((element) => htmx.process(element as HTMLElement));
  if (isLoud) [...changed].forEach(highlight);
  if (isLoud && changed.size + held) say("updated", changed.size + held);
  if (chip && (isLoud || held === 0 || !chip.hidden)) offer(held);
}

function highlight(element: Element): void {
  element.classList.add("is-changed");
  setTimeout(() => element.classList.remove("is-changed"), HIGHLIGHT_MS);
}

function words(home: HTMLElement, key: string, count: number): string {
  const form = new Intl.PluralRules(document.documentElement.lang).select(count) === "one" ? "One" : "Other";
  const shown = new Intl.NumberFormat(document.documentElement.lang).format(count);
  return (home.dataset[key + form] ?? "").replace("%(n)s", shown);
}

/** One short sentence for those who hear the page; never cell by cell. */
function say(key: string, count: number): void {
  if (said) said.textContent = words(said, key, count);
}

function offer(held: number): void {
  if (!chip) return;
  chip.hidden = held === 0;
  const text = chip.querySelector("span");
  if (text && held) text.textContent = words(chip, "changes", held);
}

chip?.addEventListener("click", () => {
  if (newest) show(newest.cloneNode(true) as Element, true, true);
  offer(0);
  main?.focus({ preventScroll: true });
});

// The line: shared by all pages where the browser can, else this page's own.
let worker: SharedWorker | null = null;
let own: Line | null = null;

function send(topics: string[]): void {
  const ask: Ask = { url: main?.dataset.liveUrl ?? "", topics, since };
  if (worker) worker.port.postMessage(ask);
  else own?.ask(onNews, ask);
}

function listen(): void {
  if (!topic() || isClosed) return;
  if (!worker && !own) {
    if ("SharedWorker" in window) {
      worker = new SharedWorker(main?.dataset.liveWorker ?? "", { name: "keystead-live" });
      worker.port.onmessage = ({ data }: MessageEvent<News>) => onNews(data);
    } else {
      own = new Line();
    }
  }
  send([topic()]);
  if (isDue) lookSoon(0, false);
}

function rest(): void {
  isUp = false;
  clearInterval(fallback);
  send([]);
}

let resting = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(resting);
  if (document.hidden) resting = window.setTimeout(rest, REST_AFTER_MS);
  else listen();
});
addEventListener("pagehide", rest);
addEventListener("pageshow", (event) => {
  if (event.persisted) listen();
});

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: { request: { headers: Record<string, string> } } }>).detail;
  ctx.request.headers["Keystead-Page"] = page;
});

if (topic() && !document.hidden) listen();
