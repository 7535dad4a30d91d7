// Rows come while one scrolls, a page in a body of its own. Bodies far out of sight give their rows away and keep their height,
// so that ten thousand rows cost as much as a few hundred.
import htmx from "htmx.org";
import type { DataGrid } from "./grid";

const NEAR = "900px";
const FAR = "2400px";
const FEW = 6; // bodies with fewer rows stay: they weigh nothing

export class Scroll {
  private near: IntersectionObserver | null = null;
  private far: IntersectionObserver | null = null;
  private readonly put = new WeakMap<Element, string>();

  constructor(
    private readonly grid: DataGrid,
    private readonly table: HTMLTableElement,
  ) {}

  start(signal: AbortSignal): void {
    const root = this.table.parentElement;
    this.near = new IntersectionObserver((found) => this.came(found), { root, rootMargin: NEAR });
    this.far = new IntersectionObserver((found) => this.turn(found), { root, rootMargin: FAR });
    this.watch(this.table);
    const foot = this.table.querySelector<HTMLElement>("[data-foot][data-url]");
    if (foot) void this.grid.refoot();
    this.table.addEventListener(
      "click",
      (event) => {
        const link = (event.target as Element).closest<HTMLElement>("a[data-more]");
        if (!link || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        void this.load(link);
      },
      { signal },
    );
  }

  end(): void {
    this.near?.disconnect();
    this.far?.disconnect();
  }

  private watch(within: ParentNode): void {
    within.querySelectorAll<HTMLElement>("a[data-more]").forEach((link) => this.near?.observe(link.closest("tr")!));
    within.querySelectorAll<HTMLElement>("tbody.grid-rows").forEach((body) => this.far?.observe(body));
    if (within instanceof HTMLElement && within.matches("tbody.grid-rows")) this.far?.observe(within);
  }

  private came(found: IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of found) {
      const link = target.querySelector<HTMLElement>("a[data-more]");
      if (isIntersecting && link && !target.closest("[hidden]")) void this.load(link);
    }
  }

  private async load(link: HTMLElement): Promise<void> {
    const row = link.closest("tr")!;
    if (row.dataset.loading) return;
    row.dataset.loading = "1";
    this.near?.unobserve(row);
    try {
      const answer = await fetch(link.dataset.more ?? "", { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.add(row, await answer.text());
    } catch {
      delete row.dataset.loading; // the link is there to be followed
    }
  }

  private add(row: HTMLTableRowElement, html: string): void {
    const body = row.closest("tbody")!;
    const holder = document.createElement("template");
    holder.innerHTML = `<table>${html}</table>`;
    const bodies = [...holder.content.querySelectorAll("tbody")];
    if (body.rows.length === 1 && bodies[0]) bodies[0].id = body.id;
    row.remove();
    body.after(...bodies);
    if (!body.rows.length) body.remove();
    bodies.forEach((made) => {
      htmx.process(made);
      if (body.id && body.hidden) made.hidden = true;
      if (body.id) made.dataset.of = body.dataset.of ?? body.id;
      this.watch(made);
    });
    this.grid.refresh();
  }

  private turn(found: IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target, boundingClientRect } of found) {
      const body = target as HTMLTableSectionElement;
      if (isIntersecting) this.bringBack(body);
      else if (boundingClientRect.height > 0) this.putAway(body, boundingClientRect.height);
    }
  }

  private putAway(body: HTMLTableSectionElement, height: number): void {
    if (this.put.has(body) || body.rows.length < FEW || body.contains(document.activeElement) || body.querySelector(".cell-editor, [data-loading]")) return;
    this.put.set(body, body.innerHTML);
    const spacer = document.createElement("tr");
    spacer.className = "grid-spacer";
    const cell = spacer.insertCell();
    cell.colSpan = 99;
    cell.style.height = `${height}px`;
    body.replaceChildren(spacer);
  }

  private bringBack(body: HTMLTableSectionElement): void {
    const html = this.put.get(body);
    if (html === undefined) return;
    this.put.delete(body);
    body.innerHTML = html;
    htmx.process(body);
    body.querySelectorAll("a[data-more]").forEach((link) => this.near?.observe(link.closest("tr")!));
    this.grid.refresh();
  }
}
