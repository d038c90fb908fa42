"use strict";
(() => {
  document.documentElement.classList.add("js");
  const copy = document.getElementById("copy");
  document.getElementById("print").addEventListener("click", () => print());
  copy.addEventListener("click", () => {
    const label = "Copy the command";
    const say = (text) => {
      copy.textContent = text;
      setTimeout(() => { copy.textContent = label; }, 1400);
    };
    const text = document.getElementById("command").textContent;
    const done = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
    done.then(() => say("Copied"), () => say("Press Ctrl+C"));
  });
})();
