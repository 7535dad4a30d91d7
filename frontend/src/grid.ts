// <data-grid> makes a list's table an ARIA grid: keys, cells that are written in their place, selection, rows that come while
// scrolling. All of it stands on links and forms that work without this script; the addresses are in the page.
import htmx from "htmx.org";
import { Cells } from "./grid-cells";
import { Columns } from "./grid-columns";
import { Focus } from "./grid-focus";
import { Folds } from "./grid-folds";
import { Scroll } from "./grid-scroll";
import { Selection } from "./grid-selection";
import { askPart } from "./requests";

export class DataGrid extends HTMLElement {
  focusing!: Focus;
  cells!: Cells;
  selection!: Selection;
  scrolling!: Scroll;
  private readonly columns = new Columns(this);
  private readonly folds = new Folds(this);
  private stop = new AbortController();

  connectedCallback(): void {
    this.start();
    // A filter changes the page in place: the table is another one then.
    document.addEventListener("htmx:after:swap", this.again);
    document.addEventListener("gridChanged", this.reload);
  }

  disconnectedCallback(): void {
    document.removeEventListener("htmx:after:swap", this.again);
    document.removeEventListener("gridChanged", this.reload);
    this.end();
  }

  private readonly again = (event: Event): void => {
    const target = event.target as Element | null;
    if (target?.closest?.("dialog, .explain, .cell-editor")) return;
    if (this.isConnected && this.table && !this.table.hasAttribute("role")) {
      this.end();
      this.start();
    }
  };

  /** Many rows have changed: the dialog goes, and the list is asked for again as it stands in the address. */
  private readonly reload = (): void => {
    this.querySelector<HTMLDialogElement>("#grid-dialog")?.close();
    this.selection.clear();
    void htmx.ajax("GET", location.href, { target: "#grid", swap: "outerHTML" });
  };

  get table(): HTMLTableElement | null {
    return this.querySelector<HTMLTableElement>("table[data-table]");
  }

  private start(): void {
    const { table } = this;
    this.stop = new AbortController();
    if (!table) return;
    const { signal } = this.stop;
    table.setAttribute("role", "grid");
    table.setAttribute("aria-multiselectable", "true");
    table.setAttribute("aria-rowcount", table.dataset.total ? String(Number(table.dataset.total) + 2) : "-1");
    this.focusing = new Focus(this, table);
    this.cells = new Cells(this, table);
    this.selection = new Selection(this, table);
    this.scrolling = new Scroll(this, table);
    table.addEventListener("keydown", (event) => this.focusing.key(event), { signal });
    table.addEventListener("focusin", (event) => this.focusing.follow(event), { signal });
    table.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("change", (event) => this.selection.change(event), { signal });
    this.addEventListener("submit", (event) => this.selection.submit(event), { signal });
    this.addEventListener("click", (event) => this.press(event), { signal });
    this.columns.start(table, signal);
    this.refresh();
    this.scrolling.start(signal);
  }

  private end(): void {
    this.stop.abort();
    this.scrolling?.end();
  }

  /** After rows have come or changed. */
  refresh(): void {
    this.focusing.refresh();
    this.selection.refresh();
  }

  /** A click on a cell puts the focus there; a second one on the same cell, or on an empty one, writes in it. */
  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest(".sort") && event.shiftKey) {
      const link = target.closest<HTMLAnchorElement>(".sort")!;
      event.preventDefault();
      location.assign(link.dataset.add ?? link.href);
      return;
    }
    if (target.closest("a, button, input, select, label, .cell-editor")) return;
    const cell = target.closest<HTMLTableCellElement>("td, th");
    if (!cell) return;
    this.focusing.go(cell);
    if (this.cells.isOpenTo(cell)) void this.cells.edit(cell);
  }

  private press(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest("[data-keys]")) this.help();
    if (target.closest("[data-clear]")) this.selection.clear();
    const fold = target.closest<HTMLElement>(".grid-fold");
    if (fold) this.folds.turn(fold);
    const close = target.closest<HTMLElement>("[data-close-dialog]");
    const dialog = close?.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
  }

  help(): void {
    this.querySelector<HTMLDialogElement>("#grid-keys")?.showModal();
  }

  /** The footer is over all rows, so a cell that was written changes it. */
  async refoot(): Promise<void> {
    const foot = this.table?.querySelector<HTMLElement>("[data-foot]");
    if (!foot) return;
    const url = new URL(location.href);
    url.searchParams.set("part", "foot");
    const answer = await askPart(url);
    if (!answer?.ok) return;
    foot.innerHTML = await answer.text();
    const count = foot.querySelector("th")?.textContent ?? "";
    const total = answer.headers.get("X-Grid-Count");
    if (total) this.table!.setAttribute("aria-rowcount", String(Number(total) + 2));
    const said = this.querySelector("[data-count]");
    if (said && count) said.textContent = count;
  }
}

customElements.define("data-grid", DataGrid);
