// All that the pages do beyond what they do without scripts: count what is new, turn the board, copy a link.
const page = document.body.dataset;
const words = (text, count) => text.replace("{n}", count);

// ---- The channel page ----

const LAST = "noticast-last";
const numbers = (cards) => [...document.querySelectorAll(cards)].map((card) => Number(card.id.slice(1)));
const shown = numbers("article.card[id]");

function remember(id) {
  try {
    if (id > Number(localStorage.getItem(LAST) || 0)) localStorage.setItem(LAST, id);
  } catch { /* Storage is closed: nothing is remembered. */ }
}

function sinceLastVisit() {
  let last = 0;
  try { last = Number(localStorage.getItem(LAST) || 0); } catch { return; }
  // What a new source showed at first is no news.
  const news = numbers("article.card[id]:not([data-old])");
  const fresh = last ? news.filter((id) => id > last) : [];
  for (const id of fresh) document.getElementById("b" + id).classList.add("fresh");
  const line = document.getElementById("since");
  const more = fresh.length === shown.length && document.querySelector(".pager [rel=next]") ? "+" : "";
  if (last && line) line.textContent = fresh.length ? words(page.since, fresh.length + more) : page.sinceNone;
  // People who read one source have not seen what is new elsewhere.
  if (!page.sources) remember(Math.max(0, ...shown));
}

function live() {
  const bar = document.getElementById("live");
  const known = new Set(shown), news = new Set(), changed = new Set();
  const sources = page.sources ? page.sources.split(" ") : null;
  let stream = null, last = "", timer = 0;
  const isHere = (it) => !sources || [it.source, ...it.also].some((id) => sources.includes(id));
  const announce = () => {
    if (!news.size && !changed.size) return;
    bar.querySelector("a").textContent = news.size ? words(page.news, news.size) : words(page.changed, changed.size);
    bar.hidden = false;
  };
  const take = (set, isMeant) => (event) => {
    last = event.lastEventId;
    const it = JSON.parse(event.data);
    if (isHere(it) && isMeant(it)) { set.add(it.id); announce(); }
  };
  const open = () => {
    clearTimeout(timer);
    if (stream || document.hidden) return;
    stream = new EventSource("events" + (last ? "?after=" + last : ""));
    stream.addEventListener("bulletin", take(news, (it) => !known.has(it.id)));
    for (const kind of ["revision", "withdrawal"]) stream.addEventListener(kind, take(changed, (it) => known.has(it.id)));
    stream.onerror = () => {
      if (stream && stream.readyState === EventSource.CLOSED) { close(); timer = setTimeout(open, 60000); }
    };
  };
  const close = () => { if (stream) stream.close(); stream = null; };
  // A browser has few connections for a host: pages that nobody sees give theirs back.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  bar.querySelector("a").addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  open();
}

// ---- The board ----

function board() {
  const slides = () => [...document.querySelectorAll(".slide")];
  let at = 0, loaded = Date.now();
  const show = () => {
    const all = slides();
    at %= all.length || 1;
    all.forEach((slide, place) => slide.classList.toggle("current", place === at));
    document.getElementById("place").textContent = all.length ? at + 1 + " / " + all.length : "";
  };
  const clock = () => {
    const now = new Date(), zone = page.zone, lang = document.documentElement.lang;
    const time = now.toLocaleTimeString(lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
    const date = now.toLocaleDateString(lang, { timeZone: zone, month: "long", day: "numeric", weekday: "long" });
    document.getElementById("time").textContent = time;
    document.getElementById("date").textContent = date;
    // Once a night everything begins anew, where the server answers.
    if (time.startsWith("04:0") && Date.now() - loaded > 3600000) fetch("healthz").then((answer) => answer.ok && location.reload(), () => {});
  };
  // What is shown stays until something better is there: a lost network or a restart leaves no white screen.
  const renew = async () => {
    const line = document.getElementById("offline");
    try {
      const answer = await fetch("board" + location.search, { cache: "no-cache" });
      if (!answer.ok) throw new Error(answer.status);
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("slides");
      if (!next) throw new Error("no board");
      const now = document.getElementById("slides");
      if (now.innerHTML !== next.innerHTML) { now.replaceWith(document.adoptNode(next)); at = 0; show(); }
      line.hidden = true;
    } catch { line.hidden = false; }
  };
  show(); clock();
  setInterval(clock, 1000);
  setInterval(() => { at += 1; show(); }, Number(page.turn) * 1000);
  setInterval(renew, 30000);
}

// ---- One bulletin ----

for (const link of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  link.hidden = false;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    link.textContent = link.dataset.copied;
  });
}

if (document.getElementById("live")) { sinceLastVisit(); live(); }
if (document.getElementById("slides")) board();
