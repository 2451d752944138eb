/* Folds that open for a link into them, and tables that sort by a click or Enter on a column head. */
"use strict";
/** A link into a fold opens it. */
const reveal = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => {
    head.tabIndex = 0;
    const sort = () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const value = (row) => {
        const cell = row.cells[column], raw = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.trim();
        const number = raw === "" ? NaN : Number(raw.replace(/,/g, ""));
        return { raw, number, missing: raw === "" || raw === "–" };
      };
      const rows = [...body.rows].map((row, position) => ({ row, position, value: value(row) }));
      const numeric = rows.every((r) => r.value.missing || !Number.isNaN(r.value.number));
      rows.sort((a, b) => {
        if (a.value.missing !== b.value.missing) return a.value.missing ? 1 : -1;
        const order = a.value.missing ? 0 : numeric ? a.value.number - b.value.number : a.value.raw.localeCompare(b.value.raw, "zh-CN");
        return (down ? -order : order) || a.position - b.position;
      });
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...rows.map((r) => r.row));
    };
    head.addEventListener("click", (event) => { if (!event.target.closest("a")) sort(); });
    head.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target === head) sort(); });
  });
}
