// A channel is made at the desk by keyboard, tested, renamed and removed by mouse, on a phone and on a screen, light and dark.
// Its secret is typed, and never shown again.
import { BASE, browser, check, finish, inspect, open, signIn, WINDOWS } from "./pages.mjs";

const { HOOK, SECRET, TOKEN } = process.env;
const chromium = await browser();
const main = (page) => page.locator("main").innerText();

/** Presses a button that asks first. */
async function agree(page, form) {
  await page.locator(`${form} details.ask > summary`).first().click();
  await page.locator(`${form} details.ask button`).first().click();
}

async function showsNoSecret(page, where) {
  const html = await page.content();
  check(!html.includes(SECRET) && !html.includes(HOOK), `no secret is on the page ${where}`);
}

async function isMade(page, name) {
  await page.goto(`${BASE}/admin/channels`);
  const kind = page.locator("form[action$='admin/add-channel'] select");
  await kind.selectOption("webhook");
  await kind.focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector("input[name=url]");
  check((await page.getAttribute("input[name=secret]", "type")) === "password", "a secret is typed unseen");
  await inspect(page, `own-channel-form-${name}`);
  await page.locator("main details.folded > summary").first().click();
  await inspect(page, `own-channel-form-open-${name}`);
  await page.fill("input[name=id]", "hall");
  await page.fill("input[name=name]", "一楼大厅");
  await page.fill("input[name=url]", "http://");
  await page.fill("input[name=secret]", SECRET);
  await page.focus("input[name=name]");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".notice");
  check((await main(page)).includes("网址"), "a wrong address is named");
  check((await page.inputValue("input[name=name]")) === "一楼大厅", "and the name is not lost");
  await showsNoSecret(page, "with a mistake");
  await inspect(page, `own-channel-again-${name}`);
  await page.fill("input[name=url]", HOOK);
  await page.fill("input[name=secret]", SECRET);
  await page.focus("input[name=url]");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/channels\/hall\?done=1/);
  await showsNoSecret(page, "of the channel");
  await inspect(page, `own-channel-${name}`);
}

async function isChanged(page) {
  await agree(page, "form[action$='/test']");
  await page.waitForURL(/done=1/);
  await page.goto(`${BASE}/admin/channels/hall`);
  await page.fill("form[action$='/edit'] input[name=name]", "二楼大厅");
  await page.locator("form[action$='/edit'] > button").click();
  await page.waitForSelector('h1:has-text("二楼大厅")');
  await agree(page, "form[action$='/remove']");
  await page.waitForURL(/\/admin\/channels\?done=1/);
  check(!(await main(page)).includes("二楼大厅"), "the channel is gone");
}

for (const [width, scheme] of WINDOWS) {
  const page = await open(chromium, width, scheme);
  await page.goto(`${BASE}/admin/sign-in`);
  await signIn(page, TOKEN);
  await isMade(page, `${width}-${scheme}`);
  await isChanged(page);
  await page.context().close();
}
await chromium.close();
finish();
