// What tests measure on a page: boxes, clipped text, motion. Becomes window.measures; each answers with sentences.
window.measures = {
  named(element) {
    const words = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 60);
    const classes = typeof element.className === "string" && element.className ? "." + element.className.trim().split(/\s+/).join(".") : "";
    return `<${element.localName}${classes}> ${words}`;
  },

  theme(name) {
    document.documentElement.dataset.theme = name;
  },

  // Colours would pass over into one another, which takes as long as all the measuring.
  still() {
    const style = document.createElement("style");
    style.textContent = "*, ::before, ::after { transition: none !important; animation: none !important }";
    document.head.append(style);
  },

  // What the contrast of a text follows from: its own colour and size, and all that is painted behind it.
  painted(element) {
    const own = getComputedStyle(element);
    const behind = [];
    for (let up = element; up; up = up.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(up);
      if (opacity !== "1" || backgroundImage !== "none") behind.push(opacity, backgroundImage);
      if (backgroundColor === "rgba(0, 0, 0, 0)") continue;
      behind.push(backgroundColor);
      if (!/[/,] *0?\.\d+\)/.test(backgroundColor)) break;
    }
    return [element.localName, element.getAttribute("class"), own.color, own.fontSize, own.fontWeight, own.position, ...behind].join(" ");
  },

  // Marks one text of each painting that is not known yet as `data-fresh`; answers with these paintings.
  fresh(known) {
    document.querySelectorAll("[data-fresh]").forEach((one) => one.removeAttribute("data-fresh"));
    const seen = new Set(known), fresh = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (!(this.hasOwnText(element) || element.matches("input, select, textarea")) || !this.isShown(element)) continue;
      const painting = this.painted(element);
      if (seen.has(painting)) continue;
      seen.add(painting);
      fresh.push(painting);
      element.dataset.fresh = "";
    }
    return fresh;
  },

  // By what its elements are, with their classes: what the page is drawn of.
  drawnOf() {
    return [...new Set([...document.body.querySelectorAll("main *")].map((one) => `${one.localName} ${one.getAttribute("class") || ""}`))];
  },

  // The spacing that a reader may set (WCAG 1.4.12).
  spaced(on) {
    const id = "spaced-text";
    document.getElementById(id)?.remove();
    if (!on) return;
    const style = Object.assign(document.createElement("style"), { id });
    style.textContent = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
      + " p { margin-bottom: 2em !important }";
    document.head.append(style);
  },

  hasOwnText(element) {
    return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  },

  isShown(element) {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  },

  // Told in full somewhere: a title on it, around it or in it, or a page of its own that a link leads to.
  isTold(element) {
    return Boolean(element.closest("[title]") || element.querySelector("[title]") || element.closest("a[href]"));
  },

  boxes() {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) {
      const wide = [...document.body.querySelectorAll("*")].filter((one) => {
        if (!this.isShown(one) || one.getBoundingClientRect().right <= innerWidth + 1) return false;
        for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
          if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return false;
        return true;
      });
      found.push(`sideways ${root.scrollWidth}: ${wide.length ? this.named(wide.at(-1)) : "?"}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("svg, template, .sr-only, option, datalist") || !this.isShown(element)) continue;
      const style = getComputedStyle(element);
      const cuts = (axis) => ["hidden", "clip"].includes(style[axis]);
      const words = this.hasOwnText(element) || element.matches("select, button, .btn, .chip");
      if (!words || element.matches("input, textarea")) continue;
      const wide = cuts("overflowX") && element.scrollWidth > element.clientWidth + 1;
      const high = cuts("overflowY") && element.scrollHeight > element.clientHeight + 3 && style.display !== "inline";
      if ((wide || high) && !this.isTold(element)) found.push(`cut ${wide ? "across" : "below"}: ${this.named(element)}`);
    }
    return [...new Set(found)].slice(0, 8);
  },

  // With less motion asked for nothing moves, neither now nor when it is used: colours may still pass over.
  moving() {
    const still = ["none", "color", "background-color", "border-color", "opacity", "fill", "stroke", "box-shadow", "outline-color"];
    const now = document.getAnimations()
      .filter((one) => one.effect.getComputedTiming().duration > 10 && !still.includes(one.transitionProperty))
      .map((one) => `moves: ${one.animationName || one.transitionProperty} of ${this.named(one.effect.target)}`);
    const longest = (style) => Math.max(...style.transitionDuration.split(",").map(parseFloat));
    const later = [...document.body.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return longest(style) > 0.01 && !style.transitionProperty.split(", ").every((name) => still.includes(name));
    });
    return [...now, ...new Set(later.slice(0, 8).map((one) => `would move: ${this.named(one)}`))];
  },
};
