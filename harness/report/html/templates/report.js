"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  document.documentElement.classList.add("js");

  // What is seen only when it is opened is packed in the page: HTML parts, compressed as one text, in base64.
  let parts = null;
  async function unpack() {
    const letters = atob($("#parts").content.textContent);
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return (await new Response(plain).text()).split("\0");
  }
  const unpacked = () => parts || (parts = unpack());
  function fill(root) {
    const places = all(".packed", root).filter((place) => !place.closest("details:not([open])"));
    if (!places.length) return;
    unpacked().then((texts) => {
      for (const place of places) {
        place.innerHTML = texts[place.dataset.n];
        place.className = "unpacked";
        addButtons(place);
      }
    }, () => {
      for (const place of places) {
        place.className = "problems";
        place.textContent = "This browser cannot unpack what belongs here: use a newer one, or write a JSON report of the run.";
      }
    });
  }

  // Filters: their state is the address, as #?s=fail&c=races&q=text. s: result, c: category, k: contract, q: words.
  const KEYS = ["s", "c", "k", "q"];
  const rows = all(".row").map((element) => ({ element, group: element.closest(".grp"), ...element.dataset }));
  const groups = all(".grp[data-c]");
  const links = all(".side a[data-key]");
  let filters = {};

  const stateOf = (hash) => (hash.startsWith("#?") ? Object.fromEntries(new URLSearchParams(hash.slice(2))) : null);
  const addressOf = (state) => {
    const parts = new URLSearchParams();
    for (const key of KEYS) if (state[key]) parts.set(key, state[key]);
    return "#?" + parts;
  };
  const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
  const SHORTEST = 4;
  // What no title, id or requirement has is looked for in requests, answers and files: its text, as HTML; or nothing.
  let within = "";
  let isSearchable = false;
  function lookWithin() {
    const words = (filters.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    const text = words.join(" ").replace(/[&<>"']/g, (letter) => ENTITIES[letter]);
    const isKnown = rows.some((row) => words.every((word) => row.q.includes(word)));
    within = isKnown || text.length < SHORTEST ? "" : text;
    if (!within || isSearchable) return words;
    unpacked().then((texts) => {
      for (const row of rows) {
        const mine = all("[data-n]", row.element).map((place) => texts[place.dataset.n]).join(" ");
        row.inner = mine.replace(/<[^>]*>/g, "").replace(/\s+/g, " ").toLowerCase();
      }
      isSearchable = true;
      draw();
    }, () => {});
    return words;
  }
  let words = [];
  const fits = (row, without) => {
    if (["s", "c", "k"].some((key) => key !== without && filters[key] && row[key] !== filters[key])) return false;
    return within ? (row.inner || "").includes(within) : words.every((word) => row.q.includes(word));
  };

  function draw() {
    words = lookWithin();
    let shown = 0;
    for (const row of rows) {
      row.element.hidden = !fits(row);
      shown += row.element.hidden ? 0 : 1;
    }
    for (const group of groups) {
      const visible = rows.filter((row) => row.group === group && !row.element.hidden);
      group.hidden = !visible.length;
      for (const part of all("[data-count]", group)) {
        const number = visible.filter((row) => row.s === part.dataset.count).length;
        part.hidden = !number;
        part.lastElementChild.textContent = number;
      }
    }
    for (const passed of all(".ok")) {
      const visible = all(".row", passed).filter((row) => !row.hidden).length;
      passed.hidden = !visible;
      passed.firstElementChild.textContent = visible + " passed";
      if (filters.q || filters.s === "pass") passed.open = true;
    }
    for (const link of links) {
      const { key, value } = link.dataset;
      const chosen = (filters[key] || "") === value;
      const count = rows.filter((row) => fits(row, key) && (!value || row[key] === value)).length;
      link.href = addressOf({ ...filters, [key]: chosen ? "" : value });
      link.lastElementChild.textContent = count;
      if (chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const link of all("#strip a")) {
      if (link.dataset.c === filters.c) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    $("#count").textContent = (shown === rows.length ? "" : shown + " of ") + rows.length + " scenarios" + (within && shown ? ", by their requests and answers" : "");
    $("#none").hidden = shown > 0;
    if ($("#q").value !== (filters.q || "")) $("#q").value = filters.q || "";
  }

  const isFiltered = () => KEYS.some((key) => filters[key]);
  const openGroups = () => { for (const group of groups) if (!group.hidden && isFiltered()) group.open = true; };

  // A link to a scenario, a requirement or a cause opens what it lies in, and drops a filter that hides it.
  function show(name) {
    const target = document.getElementById(name) || (rows.find((row) => row.element.id.endsWith("/" + name)) || {}).element;
    if (!target) return;
    if (target.hidden) {
      filters = {};
      draw();
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
    const index = failures.indexOf(target);
    if (index >= 0) at(index);
    if (target.classList.contains("row")) target.querySelector("summary").focus({ preventScroll: true });
  }
  function go(event) {
    const state = stateOf(location.hash);
    if (state) {
      filters = state;
      draw();
      openGroups();
      if (!event || !$(".side").contains(document.activeElement)) $("#scenarios").scrollIntoView();
    } else if (location.hash.length > 1) show(decodeURIComponent(location.hash.slice(1)));
  }
  addEventListener("hashchange", go);
  $("#q").addEventListener("input", (event) => {
    filters = { ...filters, q: event.target.value };
    history.replaceState(null, "", addressOf(filters));
    draw();
    openGroups();
  });
  $(".side").addEventListener("submit", (event) => event.preventDefault());

  // The previous and the next failure.
  const failures = all('.row[data-s="fail"], .row[data-s="unknown"]');
  let place = -1;
  function at(index) {
    place = index;
    if ($("#position")) $("#position").textContent = place + 1 + " of " + failures.length;
  }
  function step(by) {
    if (!failures.length) return;
    at(place < 0 ? (by > 0 ? 0 : failures.length - 1) : (place + by + failures.length) % failures.length);
    const name = "#" + failures[place].id;
    if (decodeURIComponent(location.hash) === name) show(failures[place].id);
    else location.hash = name;
  }
  if ($("#next")) {
    $("#next").addEventListener("click", () => step(1));
    $("#previous").addEventListener("click", () => step(-1));
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "/") {
      event.preventDefault();
      $("#q").focus();
    }
  });
  $("#expand").addEventListener("click", (event) => {
    const open = event.target.textContent === "Expand all";
    for (const each of [...groups, ...all(".ok")]) each.open = open;
    event.target.textContent = open ? "Fold all" : "Expand all";
  });

  // Copying. The buttons are made when their part is opened, because a page has thousands of boxes.
  const addButtons = (root) => {
    for (const head of all(".code > .hd", root)) {
      if (head.querySelector("button") || head.closest("details:not([open])")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn";
      button.dataset.copy = "";
      button.textContent = "Copy";
      head.append(button);
    }
  };
  const textOf = (box) => {
    const lines = all("pre .l:not(.why)", box);
    if (lines.length) return lines.map((line) => line.textContent).join("\n") + "\n";
    const plain = box.querySelector("pre").cloneNode(true);
    for (const note of all(".note", plain)) note.remove();
    return plain.textContent;
  };
  const say = (button, text) => {
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 1400);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-link]");
    if (!button) return;
    const text = button.matches("[data-link]") ? location.href : textOf(button.closest(".code"));
    const done = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
    done.then(() => say(button, "Copied"), () => say(button, "Press Ctrl+C"));
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.open) return;
    fill(event.target);
    addButtons(event.target);
  }, true);
  addButtons(document);

  // Print: one example of each cause, and the folded lists of scenarios.
  let opened = [];
  addEventListener("beforeprint", () => {
    const wanted = [...all(".row.example"), ...all("details.prints"), ...all("details.about")];
    for (const each of wanted) {
      for (let up = each; up; up = up.parentElement) {
        if (up.tagName === "DETAILS" && !up.open) {
          up.open = true;
          opened.push(up);
        }
      }
    }
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
    opened = [];
  });

  draw();
  go();
})();
