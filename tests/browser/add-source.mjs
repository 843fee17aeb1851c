// A source is added by its address with the mouse, on a screen, and then another list of the page is chosen with the
// keyboard alone, on a phone. Afterwards a bulletin is sent again, and that is undone.
import { BASE, browser, check, finish, inspect, open, picture, signIn } from "./pages.mjs";

const { SITE, TOKEN, BULLETIN } = process.env;
const chromium = await browser();
const text = (page) => page.locator("main").innerText();

const screen = await open(chromium, 1366, "light");
await signIn(screen, TOKEN);
await screen.goto(`${BASE}/admin/sources`);
await screen.fill("form[action$='add-source'] input[name=url]", SITE);
const begun = Date.now();
await screen.click("form[action$='add-source'] button");
await screen.waitForSelector("input[name=sure]", { state: "attached" });
check(Date.now() - begun < 5000, `the rows came after ${Date.now() - begun} ms`);
check(/立即推送\s+0 条/.test(await text(screen)), "nothing is pushed, and the page says so");
await inspect(screen, "add-source-found-1366-light");
await picture(screen, "add-source", 1366, "light");
await screen.click("form:has(input[name=sure]) button");
await screen.waitForURL(/\/admin\/sources\/[^/]+\?done=1/);
await inspect(screen, "source-added-1366-light");

const phone = await open(chromium, 390, "dark");
await signIn(phone, TOKEN);
await phone.goto(screen.url().replace("?done=1", ""));
// By keyboard: from the address through the form, without a pointer.
await phone.focus("form[action$='/edit'] input[name=url]");
await phone.keyboard.press("Enter");
await phone.waitForSelector("input[name=sure]", { state: "attached" });
await inspect(phone, "edit-source-390-dark");
const radios = phone.locator("input[type=radio][name=list]");
check((await radios.count()) > 1, "the other list of the page is a choice");
await radios.first().focus();
await phone.keyboard.press("ArrowDown");
await phone.keyboard.press("Enter");
await phone.waitForSelector("input[type=hidden][name='select.item']", { state: "attached" });
const first = await phone.locator("tbody tr").first().innerText();
check(first.includes("工作会议"), `the rows of the other list are shown, not ${first}`);
await inspect(phone, "other-list-390-dark");
check((await phone.locator("input[name=list][value='auto:']").count()) === 1, "there is a way back");
await phone.locator("form:has(input[name=sure]) button").focus();
await phone.keyboard.press("Enter");
await phone.waitForURL(/\/admin\/sources\/[^/]+\?done=1/);

await screen.goto(`${BASE}/admin/bulletins/${BULLETIN}`);
await screen.fill("form[action$='/rebroadcast'] input[name=note]", "今天截止");
await screen.click("form[action$='/rebroadcast'] button");
await screen.waitForSelector("details.ask");
check((await text(screen)).includes("今天截止"), "the card shows the note");
await inspect(screen, "rebroadcast-preview-1366-light");
await picture(screen, "rebroadcast", 1366, "light");
await screen.click("main details.ask summary");
await screen.click("main details.ask button");
await screen.waitForURL(/\/rebroadcast\/\d+-\d+/);
check((await text(screen)).includes("已发送 0 / 1"), "the page says how far it is");
await screen.click("form[action$='/undo'] button");
await screen.waitForSelector(".state-dropped");
await inspect(screen, "rebroadcast-undone-1366-light");
await screen.click("header form button");
await screen.waitForURL(/\/admin\/sign-in$/);
await screen.goto(`${BASE}/admin/outbox`);
check(screen.url().endsWith("/admin/sign-in"), "whoever signed out sees nothing");
await chromium.close();
finish();
