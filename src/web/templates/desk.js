// The keys of the desk, as its dialog lists them. Everything can be done without them.
const keys = document.getElementById("keys");
const button = document.getElementById("show-keys");
const PATIENCE = 1500;
let goesUntil = 0;

const isTyping = (target) => target.closest("input, textarea, select");
const isSeen = (element) => element && element.offsetParent !== null;

/** The first thing to press of the row after the present one, or before it. */
function move(step) {
  const rows = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a, button, summary")).filter(isSeen);
  const at = rows.findIndex((it) => it.closest("tr").contains(document.activeElement));
  const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
  rows[next]?.focus();
}

const doings = {
  "?": () => keys.showModal(),
  "/": () => document.querySelector("main input[type=search], main input[type=text]")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  g: () => { goesUntil = Date.now() + PATIENCE; },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open || isTyping(event.target)) return;
  const goes = Date.now() < goesUntil;
  goesUntil = 0;
  const stop = goes && [...document.querySelectorAll("a[data-key]")].find((it) => it.dataset.key === event.key);
  const doing = stop ? () => stop.click() : doings[event.key];
  if (!doing) return;
  event.preventDefault();
  doing();
});
button.hidden = false;
button.addEventListener("click", () => keys.showModal());
