"use strict";
(function () {
  const field = (name) => document.getElementById("f-" + name);
  const rows = Array.from(document.querySelectorAll(".filtered"));
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) {
      const part = row.tagName === "DETAILS" ? row.querySelector("summary") : row;
      texts.set(row, part.textContent.toLowerCase());
    }
    return texts.get(row);
  };
  function apply() {
    const text = field("text").value.trim().toLowerCase();
    const status = field("status").value, contract = field("contract").value, level = field("level").value;
    let shown = 0;
    for (const row of rows) {
      const data = row.dataset;
      const fits = (!text || textOf(row).includes(text))
        && (!status || data.status === status || (status === "red" && !["pass", "skipped"].includes(data.status)))
        && (!contract || data.contract === contract)
        && (!level || !data.level || data.level === level);
      row.hidden = !fits;
      if (fits && row.tagName === "TR") shown += 1;
    }
    field("count").textContent = shown + " requirements";
  }
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    target.hidden = false;
    target.scrollIntoView();
  }
  if (!field("text")) return;
  for (const name of ["text", "status", "contract", "level"]) field(name).addEventListener("input", apply);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", open);
  window.addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll(".scenario.s-fail, .scenario.s-unknown")) each.open = true;
  });
  apply();
  open();
})();
