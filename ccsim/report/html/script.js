"use strict";
// Tables sort by the button in each head and filter by the words typed above them; nothing else happens on this page.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : Number(cell.dataset.sort);
  };

  // Numbers by size, text by letters, cells without a number last in either direction.
  const compare = (a, b, sign) => {
    const numbers = (typeof a === "number") + (typeof b === "number");
    if (numbers === 2) return sign * (a < b ? -1 : a > b ? 1 : 0);
    if (numbers === 1) return typeof a === "number" ? -1 : 1;
    return sign * collator.compare(a, b);
  };

  const sortBy = (table, head, column) => {
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort((a, b) => compare(a[0], b[0], sign));
    body.append(...rows.map(([, row]) => row));
  };

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortBy(table, head, column));
    });
  }

  for (const place of document.querySelectorAll("[data-filter]")) {
    const rows = [...place.querySelector("tbody").rows];
    const words = rows.map((row) => row.textContent.toLowerCase());
    const bar = document.createElement("div");
    bar.className = "filter";
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    input.autocomplete = "off";
    input.spellcheck = false;
    label.append("Show lines with ", input);
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    bar.append(label, status);
    place.querySelector(".scroll").before(bar);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, i) => {
        row.hidden = !wanted.every((word) => words[i].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      status.textContent = wanted.length ? `${shown} of ${rows.length} lines` : "";
    });
  }

  // The scenario in sentences belongs to the page and is printed though it is folded; long tables only if they are open.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details[data-print]:not([open])")];
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    folded = [];
  });
})();
