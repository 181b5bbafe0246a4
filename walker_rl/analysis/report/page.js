"use strict";

// Sorts a table by the column whose button is pressed; pressed again, the other way round. Empty cells stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];

  function compare(one, other, sign) {
    if (one === "" || other === "") return (one === "") - (other === "");
    const difference = Number(one) - Number(other);
    return sign * (Number.isNaN(difference) ? one.localeCompare(other) : difference);
  }

  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      const descending = header.getAttribute("aria-sort") === "ascending";
      headers.forEach((each) => each.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.value;
      const rows = [...body.rows].sort((a, b) => compare(value(a), value(b), descending ? -1 : 1));
      body.append(...rows);
      const status = document.getElementById("sorted");
      status.textContent = `Sorted by ${header.textContent.trim()}, ${header.getAttribute("aria-sort")}`;
    });
  });
}
