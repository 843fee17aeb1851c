// What readers do, on a phone and on a screen, light and dark: they choose a source and days, search, open a bulletin, and
// are told of a new one without losing their place.
import { BASE, ask, browser, check, finish, inspect, open, WINDOWS } from "./pages.mjs";

const chromium = await browser();
const all = (page, selector) => page.locator(selector).allInnerTexts();

/** A source, then days, then words: each narrows what the last one left, and so do the feeds. */
async function narrow(page, name) {
  await page.goto(`${BASE}/`);
  check((await page.locator("article.card").count()) > 2, "the first page shows bulletins");
  check((await page.locator("img.qr").count()) === 0, "no phone could open this address");
  await page.locator(".bar a", { hasText: "集团要闻" }).click();
  await page.waitForURL(/[?&]source=news/);
  const tags = new Set(await all(page, "article.card .tag"));
  check([...tags].join() === "集团要闻", `only that source is shown, not ${[...tags]}`);
  await page.locator(".filter summary").click();
  await page.fill(".filter input[name=from]", "2022-11-10");
  await page.locator(".filter button").click();
  await page.waitForURL(/from=2022-11-10/);
  await page.fill("#q", "放假");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  const { searchParams } = new URL(page.url());
  check(searchParams.get("source") === "news" && searchParams.get("from") === "2022-11-10", "a search keeps the filters");
  check((await page.locator("h3 mark").count()) === 1, "the words are marked");
  check((await page.locator(".count").innerText()).includes("1"), "and counted");
  const feed = await page.locator(".ways a", { hasText: "Atom" }).getAttribute("href");
  check(/^s\/news\/feed\.atom\?q=.*&from=2022-11-10$/.test(feed), `the feed is of the same: ${feed}`);
  await inspect(page, `reader-found-${name}`);
  await page.locator("article.card h3 a").click();
  await page.waitForURL(/\/b\/\d+$/);
  await inspect(page, `reader-bulletin-${name}`);
  await page.fill("#q", "没有这样的词");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=/);
  check(await page.locator(".card.empty .button").isVisible(), "where nothing is found, there is a way on");
  await inspect(page, `reader-nothing-${name}`);
}

/** A card comes while somebody reads: it is announced, and nothing moves. */
async function live(page, name) {
  const stream = page.waitForResponse((answer) => answer.url().includes("/events"));
  await page.goto(`${BASE}/`);
  await stream;
  const place = async () => JSON.stringify(await page.locator("article.card").first().boundingBox());
  const before = await place();
  const title = await ask(name);
  await page.waitForSelector("#live:not([hidden])");
  check((await page.locator("#live").innerText()).includes("1"), "one is announced");
  check((await place()) === before, "nothing moved");
  await inspect(page, `reader-live-${name}`);
  await page.locator("#live a").click();
  await page.waitForSelector(`article.card h3:has-text("${title}")`);
  check((await page.locator("article.card.fresh").count()) >= 1, "what came since the last visit is marked");
}

for (const [width, scheme] of WINDOWS) {
  const page = await open(chromium, width, scheme);
  await narrow(page, `${width}-${scheme}`);
  await live(page, `${width}-${scheme}`);
  await page.context().close();
}
await chromium.close();
finish();
