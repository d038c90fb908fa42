"use strict";
(() => {
  document.documentElement.classList.add("js");
  const field = (name) => document.getElementById("f-" + name);
  const rows = Array.from(document.querySelectorAll(".filtered"));
  const parts = Array.from(document.querySelectorAll("tbody[data-theme], .by-theme"));
  const texts = new Map(rows.map((row) => [row, row.dataset.text.toLowerCase()]));
  function apply() {
    const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const theme = field("theme").value, contract = field("contract").value;
    let shown = 0;
    for (const row of rows) {
      const data = row.dataset;
      const fits = words.every((word) => texts.get(row).includes(word))
        && (!theme || !data.theme || data.theme === theme)
        && (!contract || data.contract.split(" ").includes(contract));
      row.hidden = !fits;
      if (fits && row.closest("#matrix")) shown += 1;
    }
    for (const part of parts) part.hidden = !part.querySelector(".filtered:not([hidden])");
    const all = rows.filter((row) => row.closest("#matrix")).length;
    field("count").textContent = (shown === all ? "" : shown + " of ") + all + " rows";
  }
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    for (let at = target; at; at = at.parentElement) at.hidden = false;
    target.scrollIntoView();
  }
  for (const name of ["text", "theme", "contract"]) field(name).addEventListener("input", apply);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  apply();
  open();
})();
