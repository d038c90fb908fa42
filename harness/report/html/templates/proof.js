"use strict";
(() => {
  const field = (name) => document.getElementById("f-" + name);
  const rows = Array.from(document.querySelectorAll(".filtered"));
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
    field("count").textContent = shown + " rows";
  }
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.tagName === "DETAILS") target.open = true;
    target.hidden = false;
    target.scrollIntoView();
  }
  for (const name of ["text", "theme", "contract"]) field(name).addEventListener("input", apply);
  document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", open);
  apply();
  open();
})();
