// Brings a part of the page up to date from a newer copy of it, without touching what somebody reads, types or has opened:
// fields keep what is in them, open things stay open, nothing in which the focus is goes away, and rows keep their order.

export interface Merged {
  changed: Set<Element>; // whose text is another now
  added: Element[]; // new elements, for htmx to look at
  held: number; // rows that would come, go or move: they wait for the person to ask
}

const FIELDS = "input:not([type=hidden]), textarea, select, [contenteditable=true]";
const TEXTS = "input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";
const LIST = "tbody, [data-live-rows]";
const GRID = "data-grid";
// What the browser's side sets: the server's copy does not know it.
const OURS = new Set(["open", "hidden", "style", "tabindex", "aria-expanded", "aria-selected", "aria-busy", "data-htmx-powered", "value"]);
const OUR_CLASSES = ["is-busy", "is-changed", "is-selected", "is-open", "is-over", "has-file", "is-editing", "is-active"];

export function merge(old: Element, fresh: Element, options: { reorder: boolean }): Merged {
  const merged: Merged = { changed: new Set(), added: [], held: 0 };
  mergeElement(old, fresh, merged, options.reorder);
  return merged;
}

function mergeElement(old: Element, fresh: Element, merged: Merged, reorder: boolean): void {
  if (old.isEqualNode(fresh)) return;
  if (old.matches(FIELDS) || isInUse(old) || (hasFields(old) && !hasFields(fresh))) return;
  if (old.matches("form:not(:has(table))") && old.querySelector(TEXTS)) return; // with what it said about what was typed
  if (old.matches(GRID) && fresh.matches(GRID)) return mergeGrid(old, fresh, merged, reorder);
  mergeAttributes(old, fresh);
  if (old.matches(LIST)) mergeRows(old, fresh, merged, reorder);
  else mergeChildren(old, fresh, merged, reorder);
}

/** An open dialog, or one that has been opened here: it belongs to the person until it is closed. */
function isInUse(element: Element): boolean {
  return element.matches("dialog[open], [popover]:popover-open") || element.hasAttribute("data-live-hold");
}

function hasFields(element: Element): boolean {
  return element.querySelector(FIELDS) !== null;
}

function mergeAttributes(old: Element, fresh: Element): void {
  for (const { name, value } of [...fresh.attributes]) {
    if (OURS.has(name) || old.getAttribute(name) === value) continue;
    if (name === "class") mergeClasses(old, value);
    else old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    const isOurs = OURS.has(name) || name === "class" || name === "role" || name.startsWith("aria-");
    if (!isOurs && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  if (!fresh.hasAttribute("class")) mergeClasses(old, "");
}

function mergeClasses(old: Element, wanted: string): void {
  const kept = OUR_CLASSES.filter((name) => old.classList.contains(name));
  const value = [...new Set([...wanted.split(/\s+/), ...kept])].filter(Boolean).join(" ");
  if (value !== (old.getAttribute("class") ?? "")) old.setAttribute("class", value);
}

function mergeChildren(old: Element, fresh: Element, merged: Merged, reorder: boolean): void {
  let next: ChildNode | null = old.firstChild;
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  for (const wanted of [...fresh.childNodes]) {
    const found = counterpart(wanted, next, byId);
    if (!found) {
      add(old, wanted, next, merged);
      continue;
    }
    while (next && next !== found && !isAfter(next, found)) next = drop(next);
    if (found !== next) old.insertBefore(found, next);
    mergeNode(found, wanted, merged, reorder);
    next = found.nextSibling;
  }
  while (next) next = drop(next);
}

function isAfter(node: Node, other: Node): boolean {
  return Boolean(other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING);
}

/** The old node that stands for the new one: the same id, else the next one of its kind, looking over what came in between. */
function counterpart(wanted: Node, next: ChildNode | null, byId: Map<string, Element>): ChildNode | null {
  if (wanted instanceof Element && wanted.id) return byId.get(wanted.id) ?? null;
  for (let node = next, looked = 0; node && looked < 6; node = node.nextSibling, looked += 1) {
    if (node.nodeType !== wanted.nodeType) continue;
    if (!(node instanceof Element)) return node;
    if (!node.id && node.tagName === (wanted as Element).tagName && isLike(node, wanted as Element)) return node;
  }
  return null;
}

/** A section stays what it was: cards of another kind are not turned into one another, and a link stays with what it leads to. */
function isLike(old: Element, fresh: Element): boolean {
  const kind = (element: Element) => element.classList.item(0) ?? "";
  return kind(old) === kind(fresh) && old.getAttribute("href") === fresh.getAttribute("href");
}

function mergeNode(old: ChildNode, fresh: Node, merged: Merged, reorder: boolean): void {
  if (old instanceof Element) return mergeElement(old, fresh as Element, merged, reorder);
  if (old.nodeValue === fresh.nodeValue) return;
  const said = (text: string | null) => (text ?? "").trim();
  const isOther = said(old.nodeValue) !== said(fresh.nodeValue);
  old.nodeValue = fresh.nodeValue;
  const home = old.parentElement;
  if (isOther && home && !home.closest("[data-live-quiet]")) merged.changed.add(home);
}

function add(parent: Element, node: Node, before: ChildNode | null, merged: Merged): void {
  parent.insertBefore(node, before);
  if (!(node instanceof Element)) return;
  merged.added.push(node);
  if (node.textContent?.trim()) merged.changed.add(node);
}

/** Takes a node away unless somebody is at it. Answers with the one that follows. */
function drop(node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  const isHeld =
    node instanceof Element &&
    (node.matches(FIELDS) || hasFields(node) || isInUse(node) || node.contains(document.activeElement));
  if (!isHeld) node.remove();
  return next;
}

// A grid (grid.ts) has its rows in several bodies, and more of them than a newer copy has. They are brought up to date one by one.

interface Grid extends Element {
  refoot?: () => Promise<void>;
  refresh?: () => void;
}

function mergeGrid(old: Grid, fresh: Element, merged: Merged, reorder: boolean): void {
  const before = gridRows(old);
  const after = gridRows(fresh);
  const held = old.querySelector(".grid-spacer") ? 0 : moves(before, after); // rows put away cannot be compared
  if ((held && reorder) || !before.size !== !after.size) return replaceGrid(old, fresh, merged);
  after.forEach((row, key) => {
    const here = before.get(key);
    if (here && !here.querySelector(TEXTS)) mergeElement(here, row, merged, reorder);
  });
  mergeGroups(old, fresh, merged, reorder);
  const [foot, newer] = [old.querySelector("tfoot"), fresh.querySelector("tfoot")];
  if (newer?.matches("[data-url]")) void old.refoot?.();
  else if (foot && newer) mergeElement(foot, newer, merged, reorder);
  old.refresh?.();
  merged.held += held;
}

function gridRows(grid: Element): Map<string, Element> {
  return new Map([...grid.querySelectorAll("tr[data-id]")].map((row) => [row.getAttribute("data-id") ?? "", row]));
}

function mergeGroups(old: Element, fresh: Element, merged: Merged, reorder: boolean): void {
  const heads = (grid: Element) => [...grid.querySelectorAll("tr.is-group")];
  const newer = heads(fresh);
  const older = heads(old);
  const name = (row?: Element) => row?.querySelector(".grid-fold span")?.textContent;
  newer.forEach((row, place) => {
    const here = older[place];
    if (here && name(here) === name(row)) mergeElement(here, row, merged, reorder);
  });
}

function replaceGrid(old: Element, fresh: Element, merged: Merged): void {
  const scrolled = old.querySelector("[data-scroll]")?.scrollTop ?? 0;
  const before = gridRows(old);
  old.replaceWith(fresh);
  merged.added.push(fresh);
  gridRows(fresh).forEach((row, key) => {
    if (!before.get(key)?.textContent || before.get(key)?.textContent !== row.textContent) merged.changed.add(row);
  });
  const scroll = fresh.querySelector("[data-scroll]");
  if (scroll) scroll.scrollTop = scrolled;
}

// Rows have keys: their own, else the address that they lead to.

function keyOf(row: Element): string {
  const own = row.getAttribute("data-key") ?? row.getAttribute("data-id") ?? row.id;
  return own || (row.querySelector("a[href]:not(.btn)")?.getAttribute("href") ?? "");
}

function keyed(rows: Element): Map<string, Element> {
  const found = new Map<string, Element>();
  for (const row of rows.children) {
    const key = keyOf(row);
    if (!key) continue;
    let unique = key;
    for (let n = 2; found.has(unique); n += 1) unique = `${key} ${n}`;
    found.set(unique, row);
  }
  return found;
}

/** Rows that are in both are brought up to date where they stand. Whether others come, go or move is the person's to decide. */
function mergeRows(old: Element, fresh: Element, merged: Merged, reorder: boolean): void {
  const before = keyed(old);
  const after = keyed(fresh);
  if (!before.size && !after.size) return mergeChildren(old, fresh, merged, reorder);
  if (reorder && isMoved(before, after)) return replaceRows(old, fresh, before, after, merged);
  after.forEach((row, key) => {
    const here = before.get(key);
    if (here) mergeElement(here, row, merged, reorder);
  });
  mergeUnkeyed(old, fresh, before, after, merged, reorder);
  merged.held += moves(before, after);
}

/** Rows without a key (heads of groups, "show more") follow only when as many rows are shown as the newer copy has. */
function mergeUnkeyed(
  old: Element,
  fresh: Element,
  before: Map<string, Element>,
  after: Map<string, Element>,
  merged: Merged,
  reorder: boolean,
): void {
  if (before.size !== after.size) return;
  const rest = (rows: Element, keys: Map<string, Element>) => [...rows.children].filter((row) => ![...keys.values()].includes(row));
  const [ours, theirs] = [rest(old, before), rest(fresh, after)];
  if (ours.length !== theirs.length) return;
  ours.forEach((row, place) => mergeElement(row, theirs[place]!, merged, reorder));
}

function isMoved(before: Map<string, Element>, after: Map<string, Element>): boolean {
  return moves(before, after) > 0;
}

/** How many rows are new, gone or elsewhere. More rows may be shown than the newer copy has: those beyond it are not judged. */
function moves(before: Map<string, Element>, after: Map<string, Element>): number {
  const shown = [...before.keys()];
  const wanted = [...after.keys()];
  const isLonger = shown.length > wanted.length;
  const head = isLonger ? shown.slice(0, wanted.length) : shown;
  const come = wanted.filter((key) => !head.includes(key));
  const gone = head.filter((key) => !after.has(key));
  const stay = wanted.filter((key) => head.includes(key));
  const stood = head.filter((key) => after.has(key));
  const moved = stay.filter((key, place) => stood[place] !== key).length;
  return Math.max(come.length, isLonger ? 0 : gone.length) + (come.length || gone.length ? 0 : moved ? 1 : 0);
}

function replaceRows(
  old: Element,
  fresh: Element,
  before: Map<string, Element>,
  after: Map<string, Element>,
  merged: Merged,
): void {
  const keyOfFresh = new Map([...after].map(([key, row]) => [row, key]));
  const kept = new Set<Element>();
  for (const row of [...fresh.children]) {
    const here = before.get(keyOfFresh.get(row) ?? "");
    if (here) {
      mergeElement(here, row, merged, true);
      old.append(here);
      kept.add(here);
    } else {
      old.append(row);
      merged.added.push(row);
      if (keyOfFresh.has(row)) merged.changed.add(row);
      kept.add(row);
    }
  }
  for (const row of [...old.children]) if (!kept.has(row)) drop(row as ChildNode);
}
