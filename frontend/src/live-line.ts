// The line to the server: one stream of server-sent events for all the pages that share it (live-worker.ts), or for one page.
// It comes back by itself, and asks for what it missed from the last event that it has seen.

export interface Ask {
  url: string; // where the stream is
  topics: string[]; // "<workspace>/<topic>"; none: the page rests or is left
  since: number; // the server's milliseconds at which the page was made, or last looked
}
export type News =
  | { event: "touched"; topics: Record<string, string[]>; wait: number; id: number }
  | { event: "up" | "down" | "closed" };
export type Tell = (news: News) => void;

const SILENCE_MS = 45_000; // the server gives a sign of life every 20 s
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const NOT_THERE_MS = 60_000; // a server without live streams: pages look for themselves meanwhile
const TOGETHER_MS = 60; // pages that begin to listen at the same time are asked for together
const REMEMBERED = 200;
const CLOCKS_DIFFER_MS = 1_500;

interface Touched {
  id: number;
  topics: Record<string, string[]>;
  wait: number;
}

export class Line {
  private pages = new Map<Tell, Ask>();
  private heard: Touched[] = [];
  private lastId = 0;
  private connected = new Set<string>();
  private since = 0; // from when on `heard` has everything
  private isUp = false;
  private abort: AbortController | null = null;
  private timer = 0;
  private watchdog = 0;
  private pause = FIRST_PAUSE_MS;

  /** What a page listens to from now on. It is told whether the line is up, and what it has missed. */
  ask(tell: Tell, asked: Ask): void {
    if (asked.topics.length) this.pages.set(tell, asked);
    else this.pages.delete(tell);
    if (!this.pages.size) return this.hangUp();
    if (this.isUp && asked.topics.every((topic) => this.connected.has(topic)) && asked.since >= this.since) {
      tell({ event: "up" });
      this.heard.filter((each) => each.id >= asked.since - CLOCKS_DIFFER_MS).forEach((each) => this.tellOne(tell, asked, each));
    } else if (asked.topics.length) {
      this.callSoon(TOGETHER_MS);
    }
  }

  private callSoon(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.call(), pause) as unknown as number;
  }

  private hangUp(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.abort = null;
    this.isUp = false;
  }

  private async call(): Promise<void> {
    this.hangUp();
    const asks = [...this.pages.values()];
    const first = asks[0];
    if (!first) return;
    const topics = [...new Set(asks.flatMap((each) => each.topics))].slice(0, 50);
    const isNew = topics.some((topic) => !this.connected.has(topic));
    const since = this.lastId && !isNew ? this.lastId : Math.min(...asks.map((each) => each.since));
    const abort = (this.abort = new AbortController());
    const query = new URLSearchParams({ topics: topics.join(","), since: String(since) });
    try {
      this.watch();
      const answer = await fetch(`${first.url}?${query}`, { signal: abort.signal, cache: "no-store" });
      if (!answer.ok || !answer.body) return this.refused(answer.status);
      this.connected = new Set(topics);
      if (isNew) [this.heard, this.since] = [[], since];
      await this.read(answer.body);
    } catch {
      if (abort.signal.aborted && this.abort !== abort) return; // hung up by ourselves
    }
    if (this.abort === abort) this.lost(this.pause);
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
    for (let text = ""; ; ) {
      const { value, done } = await reader.read();
      if (done) return;
      this.watch();
      text += value;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      messages.forEach((each) => this.onMessage(each));
    }
  }

  private onMessage(text: string): void {
    const fields = new Map(text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    this.lastId = Number(fields.get("id")) || this.lastId;
    if (fields.get("event") === "hello") {
      this.isUp = true;
      this.pause = FIRST_PAUSE_MS;
      this.tellAll({ event: "up" });
    } else if (fields.get("event") === "touched") {
      const told = JSON.parse(fields.get("data") ?? "{}") as Omit<Touched, "id">;
      const touched = { ...told, id: this.lastId };
      this.heard.push(touched);
      if (this.heard.length > REMEMBERED) this.since = (this.heard.shift()?.id ?? 0) + 1;
      this.pages.forEach((asked, tell) => this.tellOne(tell, asked, touched));
    }
  }

  private tellOne(tell: Tell, asked: Ask, touched: Touched): void {
    const mine = asked.topics.filter((topic) => touched.topics[topic]);
    if (!mine.length) return;
    asked.since = Math.max(asked.since, touched.id);
    const topics = Object.fromEntries(mine.map((topic) => [topic, touched.topics[topic] ?? []]));
    tell({ event: "touched", topics, wait: touched.wait, id: touched.id });
  }

  private tellAll(news: News): void {
    this.pages.forEach((_, tell) => tell(news));
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    const abort = this.abort;
    this.watchdog = setTimeout(() => {
      if (this.abort !== abort) return;
      abort?.abort();
      this.lost(0);
    }, SILENCE_MS) as unknown as number;
  }

  private refused(status: number): void {
    if (status === 401 || status === 403 || status === 400) {
      this.hangUp();
      this.tellAll({ event: "closed" });
      this.pages.clear();
    } else {
      this.lost(status === 404 ? NOT_THERE_MS : this.pause);
    }
  }

  private lost(pause: number): void {
    this.hangUp();
    this.tellAll({ event: "down" });
    this.callSoon(pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }
}
