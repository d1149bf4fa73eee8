/** The column by which a table is sorted, and the direction; undefined: the server's order. */
let order;

/** Sorts the sortable tables in a part of a page, by the latest choice. */
export function sortTables(part) {
  if (!order) return;
  for (const table of part.querySelectorAll("table[data-sortable]")) {
    const { column, direction } = order;
    const head = table.tHead.rows[0].cells[column];
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => compare(a, b, order));
    for (const other of table.tHead.rows[0].cells) {
      if (other !== head) other.removeAttribute("aria-sort");
    }
    head.setAttribute("aria-sort", direction);
    body.append(...rows);
  }
}

/** Unknown values come last, in both directions. */
function compare(a, b, { column, direction }) {
  const [left, right] = [a, b].map((row) => row.cells[column].dataset.value);
  if (left === undefined || right === undefined) {
    return Number(left === undefined) - Number(right === undefined);
  }
  const difference = left - right;
  const ascending = Number.isNaN(difference)
    ? left.localeCompare(right)
    : difference;
  return direction === "ascending" ? ascending : -ascending;
}

const opposite = { ascending: "descending", descending: "ascending" };

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button.sort");
  if (!button) return;
  const head = button.closest("th");
  const now = head.getAttribute("aria-sort");
  const direction = now ? opposite[now] : button.dataset.first;
  order = { column: head.cellIndex, direction };
  sortTables(document);
});
