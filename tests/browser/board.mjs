// The notice board on its wall: it turns by itself, and neither a lost network nor a restart leaves it empty. Its clock is
// the script's, so that minutes take no time.
import { BASE, ask, browser, check, faults, finish, inspect, open } from "./pages.mjs";

const chromium = await browser();
const RENEW = 31000;

for (const [width, scheme] of [[1366, "dark"], [390, "light"]]) {
  const page = await open(chromium, width, scheme);
  await page.clock.install({ time: new Date("2026-11-30T12:00:00+08:00") });
  await page.goto(`${BASE}/board`);
  const current = () => page.locator(".slide.current h2").innerText();
  const first = await current();
  await page.clock.runFor(16000);
  check((await current()) !== first, "it turns by itself");
  check((await page.locator("#time").innerText()) === "12:00", "its clock is that of the config's zone");
  await inspect(page, `board-${width}-${scheme}-turned`);

  const one = await open(chromium, width, scheme);
  await one.clock.install();
  await one.goto(`${BASE}/board?source=notices`);
  const renewed = one.waitForResponse((answer) => answer.url().endsWith("/board?source=notices"));
  await one.clock.runFor(RENEW);
  await renewed;
  const tags = new Set(await one.locator(".slide .tag").allTextContents());
  check([...tags].join() === "通知公告", `a board of one source shows no other: ${[...tags]}`);
  await one.context().close();

  await page.context().setOffline(true);
  await page.clock.runFor(RENEW);
  await page.waitForSelector("#offline:not([hidden])");
  check((await current()).length > 0, "without a network it shows what it had");
  await page.context().setOffline(false);
  await page.clock.runFor(RENEW);
  await page.waitForSelector("#offline", { state: "hidden" });

  await ask("stop");
  await page.clock.runFor(RENEW);
  await page.waitForSelector("#offline:not([hidden])");
  check((await current()).length > 0, "while noticast is down it shows what it had");
  const title = await ask("start");
  await page.clock.runFor(RENEW);
  await page.waitForSelector(`.slide h2:has-text("${title}")`, { state: "attached" });
  await page.waitForSelector("#offline", { state: "hidden" });

  await page.evaluate(() => { window.isOfYesterday = true; });
  await page.clock.setSystemTime(new Date("2026-12-01T04:00:30+08:00"));
  const anew = page.waitForEvent("load");
  // It begins anew while the clock still runs.
  await page.clock.runFor(2000).catch(() => {});
  await anew;
  check((await page.evaluate(() => window.isOfYesterday)) === undefined, "at night it begins anew");
  await page.context().close();
}
// That the network was gone is what the story is about.
const others = faults.filter((fault) => !fault.includes("net::ERR_"));
faults.splice(0, faults.length, ...others);
await chromium.close();
finish();
