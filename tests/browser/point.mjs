// The right list is pointed at in a copy of the page: with the keyboard on a phone, with the mouse on a screen. The copy is
// another's page, so nothing of it runs.
import { BASE, browser, check, faults, finish, inspect, open, picture, signIn } from "./pages.mjs";

const { SITE, TOKEN, WANTED } = process.env;
const chromium = await browser();
const asked = `${BASE}/admin/add-source?url=${encodeURIComponent(SITE)}`;

/** The page that shows what is found, with the copy unfolded. */
async function unfolded(width, scheme) {
  const page = await open(chromium, width, scheme);
  await signIn(page, TOKEN);
  await page.goto(asked);
  await page.locator("details:has(iframe.copy) > summary").click();
  const src = await page.locator("iframe.copy").getAttribute("src");
  const copy = await (await page.context().request.get(new URL(src, page.url()).href)).text();
  await page.locator("iframe.copy").scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  return { page, copy };
}

const { page: phone, copy } = await unfolded(390, "dark");
const texts = [...copy.matchAll(/<button [^>]*>([^<]*)</g)].map((found) => found[1]);
const place = texts.findIndex((text) => text.includes(WANTED));
check(place >= 0, `${WANTED} is none of ${texts.length} buttons`);
await inspect(phone, "point-390-dark");
await phone.locator("details:has(iframe.copy) p a").focus();
for (let presses = 0; presses <= place; presses += 1) await phone.keyboard.press("Tab");
await phone.keyboard.press("Enter");
await phone.waitForURL(/[?&]pick=/, { timeout: 15000 }).catch((error) => faults.push(`by keyboard: ${error}`));
const first = await phone.locator("tbody tr").first().innerText();
check(first.includes(WANTED.slice(-4)), `the rows that were pointed at are shown, not ${first}`);
await inspect(phone, "pointed-390-dark");

const { page: screen } = await unfolded(1366, "light");
await inspect(screen, "point-1366-light");
await screen.locator("iframe.copy").scrollIntoViewIfNeeded();
await picture(screen, "point", 1366, "light");
const frame = await screen.locator("iframe.copy").boundingBox();
for (let y = frame.y + 20; y < frame.y + frame.height && !screen.url().includes("pick="); y += 12) {
  await screen.mouse.click(frame.x + 60, y);
  await screen.waitForTimeout(150);
}
await screen.waitForURL(/[?&]pick=/, { timeout: 15000 }).catch((error) => faults.push(`by mouse: ${error}`));
check((await screen.locator("input[name='select.item']").count()) > 0, "there are selectors now");
await inspect(screen, "pointed-1366-light");

// The keys of the desk.
await screen.goto(`${BASE}/admin`);
await screen.keyboard.press("?");
check(await screen.locator("dialog#keys").isVisible(), "`?` shows the keys");
await inspect(screen, "keys-1366-light");
await screen.keyboard.press("Escape");
await screen.keyboard.press("g");
await screen.keyboard.press("s");
await screen.waitForURL(/\/admin\/sources$/);
await screen.keyboard.press("j");
await screen.keyboard.press("j");
check(await screen.evaluate(() => document.activeElement.closest("tr") !== null), "`j` goes to a row");
await screen.fill("form.find input[name=q]", "要闻");
await screen.keyboard.type("g?");
check(!(await screen.locator("dialog#keys").isVisible()), "in fields keys are letters");
await screen.fill("form.find input[name=q]", "要闻");
await screen.keyboard.press("Enter");
await screen.waitForURL(/q=/);
check((await screen.locator("main tbody tr").count()) === 1, "one source is called so");
await inspect(screen, "sources-found-1366-light");
await chromium.close();
finish();
