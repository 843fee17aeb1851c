// What admins do, on a phone and on a screen, light and dark: they sign in, settle a flood, publish, correct and withdraw,
// make and revoke a token, and sign out.
import { BASE, ask, browser, check, finish, inspect, open, signIn, WINDOWS } from "./pages.mjs";

const { TOKEN } = process.env;
const chromium = await browser();
const text = (page) => page.locator("main").innerText();
const isAtSignIn = (page) => page.url().endsWith("/admin/sign-in");

/** Presses a button that asks first. */
async function agree(page, form) {
  await page.locator(`${form} details.ask > summary`).click();
  await page.locator(`${form} details.ask button`).click();
}

async function signsIn(page, name) {
  await signIn(page, "wrong");
  await page.waitForSelector(".notice");
  check(isAtSignIn(page) && (await text(page)).includes("令牌不正确"), "a wrong token opens nothing, and the page says so");
  await inspect(page, `wrong-token-${name}`);
  await signIn(page, TOKEN);
  await page.waitForURL(`${BASE}/admin`);
}

async function settlesAFlood(page, name) {
  const about = await ask(`hold ${name}`);
  await page.goto(`${BASE}/admin`);
  check((await text(page)).includes("6 条通知待审核"), "the first page says what waits for an admin");
  await page.locator("main a", { hasText: "待审核" }).first().click();
  await page.waitForURL(/\/admin\/held$/);
  check((await page.locator("tbody tr").count()) === 6, "all that are held are shown");
  const newest = "form:has(input[name=what][value=newest])";
  await page.fill(`${newest} input[name=newest]`, "2");
  await agree(page, newest);
  await page.waitForURL(/done=1/);
  check((await text(page)).includes("没有待审核的通知"), "nothing is held any more");
  await page.goto(`${BASE}/admin/bulletins?state=published&q=${encodeURIComponent(about)}`);
  check((await page.locator("tbody tr").count()) === 2, "the newest two were published");
}

async function publishes(page, name) {
  await page.goto(`${BASE}/admin/publish`);
  await page.fill("input[name=title]", `关于放假安排的通知 ${name}`);
  await page.fill("textarea[name=text]", "元旦放假三天。\n请各部门安排好值班。");
  await page.fill("input[name=deadline]", "明天");
  await page.click("main form button[type=submit]");
  await page.waitForSelector(".notice");
  check((await text(page)).includes("这样的截止时间"), "a deadline that cannot be read is named");
  check((await page.inputValue("input[name=title]")).endsWith(name), "and nothing that was typed is lost");
  await inspect(page, `publish-again-${name}`);
  await page.fill("input[name=deadline]", "2026-12-31");
  await page.click("main form button[type=submit]");
  await page.waitForSelector("input[name=sure]", { state: "attached" });
  check((await page.locator("main pre").first().innerText()).includes("元旦放假三天"), "each channel's card is shown");
  await inspect(page, `publish-preview-${name}`);
  await page.click("main form button[type=submit]");
  await page.waitForURL(/\/admin\/bulletins\/\d+\?done=1/);
}

async function correctsAndWithdraws(page, name) {
  await page.fill("form[action$='/correct'] input[name=title]", `关于元旦放假的通知 ${name}`);
  await page.click("form[action$='/correct'] button");
  await page.waitForSelector('h1:has-text("关于元旦放假的通知")');
  await inspect(page, `corrected-${name}`);
  await agree(page, "form[action$='/withdraw']");
  await page.waitForSelector(".state-withdrawn");
  await inspect(page, `withdrawn-${name}`);
}

async function makesAToken(page, name) {
  const used = async (token) => {
    const answer = await fetch(`${BASE}/api/v1/sources`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  };
  await page.goto(`${BASE}/admin/tokens`);
  await page.fill("input[name=name]", `程序 ${name}`);
  await page.fill("input[name=expires]", "30d");
  await page.click("form[action$='admin/tokens'] button");
  const token = (await page.locator("main pre").innerText()).trim();
  check((await used(token)) === 200, "the token opens what it is for");
  await inspect(page, `token-made-${name}`);
  await page.goto(`${BASE}/admin/tokens`);
  check(!(await page.content()).includes(token), "it is never shown again");
  await agree(page, `tr:has-text("程序 ${name}") form`);
  await page.waitForURL(/done=1/);
  check((await used(token)) === 401, "a revoked token opens nothing");
}

/** A session that was idle for too long, and what is sent from a page that is still open. */
async function expires(page, name) {
  await page.goto(`${BASE}/admin/sources`);
  const value = await ask(`expired ${name}`);
  const cookie = (await page.context().cookies()).find((it) => it.name === "noticast");
  await page.context().addCookies([{ ...cookie, value }]);
  await page.locator("form[action$='/pause'] button").first().click();
  await page.waitForURL(/\/admin\/sign-in$/);
  await page.goto(`${BASE}/admin/outbox`);
  check(isAtSignIn(page), "an expired session shows nothing");
  await signIn(page, TOKEN);
  await page.waitForURL(`${BASE}/admin`);
  await page.click("header form button");
  await page.waitForURL(/\/admin\/sign-in$/);
  await page.goto(`${BASE}/admin/outbox`);
  check(isAtSignIn(page), "whoever signed out sees nothing");
}

for (const [width, scheme] of WINDOWS) {
  const page = await open(chromium, width, scheme);
  for (const does of [signsIn, settlesAFlood, publishes, correctsAndWithdraws, makesAToken, expires]) {
    await does(page, `${width}-${scheme}`);
  }
  await page.context().close();
}
await chromium.close();
finish();
