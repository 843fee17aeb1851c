// What the stories in a real browser share: one Chromium, pages that report what goes wrong in them, and axe-core.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The folder with `node_modules`; what is installed there is named in `.ci/run`.
const tools = createRequire(join(process.env.BROWSER_TOOLS, "package.json"));
const { chromium } = tools("playwright-core");
const AXE = readFileSync(tools.resolve("axe-core/axe.min.js"), "utf8");

export const BASE = process.env.DESK_URL;
export const faults = [];
/** The windows that the pages are looked at in. */
export const WINDOWS = [[1366, "light"], [390, "dark"], [390, "light"], [1366, "dark"]];

export function check(holds, what) {
  if (!holds) faults.push(what);
}

/** A browser; `SCREENSHOTS` names the folder that pictures are put into, if any. */
export async function browser() {
  if (process.env.SCREENSHOTS) mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  const arguments_ = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: arguments_ });
}

/** Asks the story to do something meanwhile, and gives what it says of it. */
export async function ask(what) {
  const answer = await fetch(process.env.STORY, { method: "POST", body: what });
  return answer.text();
}

/** A window whose console errors, failed scripts and requests to other sites are faults. */
export async function open(chromium, width, colorScheme, language = "zh-CN") {
  const context = await chromium.newContext({
    viewport: { width, height: width < 500 ? 844 : 768 }, colorScheme, locale: language, bypassCSP: false,
  });
  const page = await context.newPage();
  const origin = new URL(BASE).origin;
  page.on("console", (message) => {
    // An answer such as 401 or 422 is no fault of a page.
    const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
    if (message.type() === "error" && !isStatus) faults.push(`${page.url()}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isOwn = url.origin === origin || ["data:", "blob:", "about:"].includes(url.protocol);
    if (!isOwn) faults.push(`${page.url()}: asks ${request.url()}`);
  });
  return page;
}

/** Runs axe-core on the page once nothing in it moves any more, and takes a picture of it. */
export async function inspect(page, name) {
  // Something that is half faded in has half its contrast, for as long as the browser takes to draw it.
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  const { violations } = await page.evaluate(async (source) => {
    // A policy that forbids scripts within pages also forbids them to axe-core, but not to the debugger.
    (0, eval)(source);
    return window.axe.run(document, { resultTypes: ["violations"], iframes: false });
  }, AXE).catch((error) => ({ violations: [{ id: `axe: ${error}`, nodes: [] }] }));
  for (const { id, nodes } of violations) {
    const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ");
    faults.push(`${name}: ${id}: ${where}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${name}: ${wide} px wider than the window`);
  if (process.env.SCREENSHOTS) {
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
  }
}

/** The pictures of a phone that docs have, by page; of a screen they have each page once. */
const ON_A_PHONE = { channel: "light", search: "dark", status: "light", charts: "light" };

/** Puts a picture of a page into the folder of those that docs show. */
export async function picture(page, what, width, scheme) {
  const isPhone = width < 500;
  const isShown = isPhone ? ON_A_PHONE[what] === scheme : scheme === "light";
  if (!process.env.PICTURES || !isShown) return;
  const { whole, y } = await page.evaluate(() => ({ whole: document.documentElement.scrollHeight, y: scrollY }));
  const session = await page.context().newCDPSession(page);
  const clip = { x: 0, y, width, height: Math.min(whole - y, isPhone ? 1000 : 900), scale: 1 };
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 75, clip, captureBeyondViewport: true });
  writeFileSync(join(process.env.PICTURES, `${what}${isPhone ? "-phone" : ""}.webp`), Buffer.from(data, "base64"));
}

export async function signIn(page, token) {
  await page.goto(`${BASE}/admin/sign-in`);
  await page.fill("input[name=token]", token);
  await page.click("main button[type=submit]");
}

export function finish() {
  if (faults.length) {
    console.log(faults.join("\n"));
    process.exit(1);
  }
}
