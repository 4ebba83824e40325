"use strict";
(() => {
  const root = document.documentElement;

  // Light or dark: what the system says, until the button says otherwise.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = isDark() ? theme.dataset.light : theme.dataset.dark; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  system.addEventListener("change", name);
  theme.hidden = false;
  name();

  // On a narrow screen the contents begin closed.
  if (matchMedia("(max-width: 61.99rem)").matches) {
    for (const contents of document.querySelectorAll(".contents details")) contents.open = false;
  }

  // Tables that can be sorted: the heads become buttons. Empty cells stay last.
  const words = new Intl.Collator(root.lang, { numeric: true });
  const sort = (table, at, direction) => {
    const body = table.tBodies[0];
    const key = (row) => {
      const cell = row.cells[at];
      return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
    };
    const empty = (value) => value === "\u2013" || value === "";
    const rows = [...body.rows].map((row, order) => ({ row, order, value: key(row) }));
    rows.sort((a, b) => {
      if (empty(a.value) || empty(b.value)) return empty(a.value) - empty(b.value) || a.order - b.order;
      const numbers = typeof a.value === "number" && typeof b.value === "number";
      const by = numbers ? a.value - b.value : words.compare(String(a.value), String(b.value));
      return direction * by || a.order - b.order;
    });
    body.append(...rows.map((each) => each.row));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("n") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const next = head.getAttribute("aria-sort") === first ? second : first;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", next);
        sort(table, at, next === "ascending" ? 1 : -1);
      });
    });
  }

  // Charts: the nearest place tells its numbers, to the pointer, to a finger and to the arrow keys.
  for (const plot of document.querySelectorAll(".plot")) {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "status");
    tip.hidden = true;
    plot.append(tip);
    const drawings = [...plot.querySelectorAll(":scope > svg")].map((svg) => ({
      svg,
      places: [...svg.querySelectorAll(".tips > g")].map((g) => {
        const title = g.querySelector("title");
        const text = title.textContent;
        title.remove(); // the browser's own tip would come on top
        return { g, text, x: Number(g.dataset.x) };
      }),
    }));
    let at = -1;
    const shown = () => drawings.find(({ svg }) => svg.getClientRects().length > 0);
    const hide = () => {
      tip.hidden = true;
      for (const { places } of drawings) for (const { g } of places) g.classList.remove("on");
    };
    const show = (place) => {
      const { svg, places } = shown();
      if (places.length === 0) return;
      hide();
      at = Math.max(0, Math.min(places.length - 1, place));
      places[at].g.classList.add("on");
      tip.textContent = places[at].text;
      tip.hidden = false;
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      const x = places[at].x * scale;
      const room = plot.clientWidth - tip.offsetWidth;
      tip.style.left = `${Math.max(0, Math.min(room, x < room / 2 ? x + 14 : x - tip.offsetWidth - 14))}px`;
    };
    plot.addEventListener("pointermove", (event) => {
      const { svg, places } = shown();
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const far = (place) => Math.abs(place.x - x);
      show(places.reduce((best, place, i) => (far(place) < far(places[best]) ? i : best), 0));
    });
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("blur", hide);
    plot.addEventListener("keydown", (event) => {
      const last = shown().places.length - 1;
      const to = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
      if (to !== undefined) { event.preventDefault(); show(to); }
      if (event.key === "Escape") hide();
    });
  }

  // On paper everything is open.
  const folds = () => document.querySelectorAll("main details");
  addEventListener("beforeprint", () => { for (const fold of folds()) { fold.dataset.was = fold.open; fold.open = true; } });
  addEventListener("afterprint", () => { for (const fold of folds()) fold.open = fold.dataset.was === "true"; });
})();
