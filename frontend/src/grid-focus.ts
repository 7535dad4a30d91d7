// One cell of the grid is in the tab order; arrows move it. The keys are those of the ARIA grid pattern.
import type { DataGrid } from "./grid";

const INSIDE = "a[href], button, input:not([type=hidden])";

export class Focus {
  private current: HTMLTableCellElement | null = null;

  constructor(
    private readonly grid: DataGrid,
    private readonly table: HTMLTableElement,
  ) {}

  /** Rows in their order, without those that are folded away and the ones that only bring more. */
  rows(): HTMLTableRowElement[] {
    return [...this.table.rows].filter((row) => !row.matches(".grid-more, .grid-spacer") && !row.closest("[hidden]"));
  }

  refresh(): void {
    for (const cell of this.table.querySelectorAll<HTMLTableCellElement>(":is(td, th):not([tabindex])")) {
      cell.tabIndex = -1;
      cell.querySelectorAll<HTMLElement>(INSIDE).forEach((inner) => (inner.tabIndex = -1));
    }
    if (!this.current?.isConnected) this.mark(this.table.tBodies[0]?.rows[0]?.cells[this.table.querySelector(".grid-pick") ? 1 : 0] ?? null);
  }

  private mark(cell: HTMLTableCellElement | null): void {
    if (this.current) this.current.tabIndex = -1;
    this.current = cell;
    if (cell) cell.tabIndex = 0;
  }

  go(cell: HTMLTableCellElement | null | undefined): void {
    if (!cell) return;
    this.mark(cell);
    cell.focus({ preventScroll: true });
    this.show(cell);
  }

  /** Into sight, and not below the head, the footer or the first column, which stay in their place. */
  private show(cell: HTMLTableCellElement): void {
    const box = this.table.parentElement!;
    const [outer, inner] = [box.getBoundingClientRect(), cell.getBoundingClientRect()];
    const top = outer.top + (this.table.tHead?.offsetHeight ?? 0);
    const bottom = outer.bottom - (this.table.tFoot?.offsetHeight ?? 0);
    if (!cell.closest("thead, tfoot")) {
      if (inner.top < top) box.scrollTop -= top - inner.top;
      else if (inner.bottom > bottom) box.scrollTop += inner.bottom - bottom;
    }
    const first = cell.parentElement?.querySelector<HTMLElement>("th");
    const left = first && first !== cell && getComputedStyle(first).position === "sticky" ? first.getBoundingClientRect().right : outer.left;
    if (cell.matches(".grid-pick") || cell === first) return;
    if (inner.left < left) box.scrollLeft -= left - inner.left;
    else if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right;
  }

  follow(event: FocusEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLTableCellElement>("td, th");
    if (cell && cell !== this.current && this.table.contains(cell)) this.mark(cell);
  }

  /** The cell in another row at the same place; a group's line and the footer have fewer or other cells. */
  private beside(rows: HTMLTableRowElement[], at: number, column: number): HTMLTableCellElement | undefined {
    const row = rows[Math.max(0, Math.min(at, rows.length - 1))];
    return row?.cells[Math.min(column, row.cells.length - 1)];
  }

  private visible(row: HTMLTableRowElement): HTMLTableCellElement[] {
    return [...row.cells].filter((cell) => cell.offsetParent !== null);
  }

  key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest(".cell-editor")) return;
    const cell = target.closest<HTMLTableCellElement>("td, th");
    if (!cell || this.grid.cells.busy) return;
    if (this.move(event, cell) || this.act(event, cell, target)) event.preventDefault();
  }

  private move(event: KeyboardEvent, cell: HTMLTableCellElement): boolean {
    if (event.altKey || event.metaKey) return false;
    const row = cell.parentElement as HTMLTableRowElement;
    const rows = this.rows();
    const cells = this.visible(row);
    const [at, column] = [rows.indexOf(row), cells.indexOf(cell)];
    const last = cells.length - 1;
    const screen = Math.max(1, Math.floor((this.table.parentElement!.clientHeight - 90) / Math.max(24, row.offsetHeight)));
    const down = (by: number) => this.beside(rows, at + by, cell.cellIndex);
    const to: Record<string, () => HTMLTableCellElement | undefined> = {
      ArrowRight: () => cells[Math.min(column + 1, last)],
      ArrowLeft: () => cells[Math.max(column - 1, 0)],
      ArrowDown: () => down(1),
      ArrowUp: () => down(-1),
      PageDown: () => down(screen),
      PageUp: () => down(-screen),
      Home: () => (event.ctrlKey ? this.beside(rows, 1, 0) : cells[0]),
      End: () => (event.ctrlKey ? this.beside(rows, rows.length - (this.table.tFoot ? 2 : 1), 999) : cells[last]),
    };
    const step = to[event.key];
    if (!step) return false;
    if (event.ctrlKey && event.key.startsWith("Arrow")) return false;
    const next = step();
    if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) this.grid.selection.extend(row, next?.parentElement);
    this.go(next);
    return true;
  }

  private act(event: KeyboardEvent, cell: HTMLTableCellElement, target: HTMLElement): boolean {
    const inside = target !== cell;
    if (event.key === "?" && !inside) return (this.grid.help(), true);
    if (event.key === "F2") return (void this.grid.cells.edit(cell), true);
    if (event.key === "ArrowDown" && event.altKey) return this.menu(cell);
    if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) return (this.grid.selection.all(), true);
    if (event.key === "Escape" && inside) return (this.go(cell), true);
    if (event.key === " " && !inside) return this.space(cell);
    if (event.key === "Enter" && !inside) return this.enter(cell);
    return false;
  }

  private menu(cell: HTMLTableCellElement): boolean {
    const head = this.table.tHead?.rows[0]?.cells[cell.cellIndex];
    head?.querySelector<HTMLElement>("[data-menu]")?.click();
    return true;
  }

  private space(cell: HTMLTableCellElement): boolean {
    if (cell.closest("thead")) cell.querySelector<HTMLElement>(".sort, input")?.click();
    else if (cell.closest(".is-group")) cell.parentElement!.querySelector<HTMLElement>(".grid-fold")?.click();
    else this.grid.selection.turn(cell.parentElement as HTMLTableRowElement);
    return true;
  }

  /** Opens what the cell names; without a link, writes in it. */
  private enter(cell: HTMLTableCellElement): boolean {
    const link = cell.querySelector<HTMLElement>("a[href], button");
    if (link) link.click();
    else void this.grid.cells.edit(cell);
    return true;
  }
}
