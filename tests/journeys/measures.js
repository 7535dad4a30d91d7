// What tests measure on a page: boxes, clipped text, motion. Becomes window.measures; each answers with sentences.
window.measures = {
  named(element) {
    const words = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 60);
    const classes = typeof element.className === "string" && element.className ? "." + element.className.trim().split(/\s+/).join(".") : "";
    return `<${element.localName}${classes}> ${words}`;
  },

  // Colours pass over into one another, from the frame inwards: wait until they have.
  async theme(name) {
    document.documentElement.dataset.theme = name;
    const changes = () => document.getAnimations().some((animation) => animation instanceof CSSTransition);
    for (let frames = 0; changes() && frames < 60; frames++) await new Promise(requestAnimationFrame);
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

  // With less motion asked for nothing moves: colours may still pass over.
  moving() {
    const still = ["color", "background-color", "border-color", "opacity", "fill", "stroke", "box-shadow", "outline-color"];
    return document.getAnimations()
      .filter((one) => one.effect.getComputedTiming().duration > 10 && !(one instanceof CSSTransition && still.includes(one.transitionProperty)))
      .map((one) => `moves: ${one.animationName || one.transitionProperty} of ${this.named(one.effect.target)}`);
  },
};
