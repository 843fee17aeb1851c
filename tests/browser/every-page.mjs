// Every page of the desk and of the readers, on a phone and on a screen, light and dark: no fault of axe-core, no error in
// the console, no request to another site, nothing wider than the window.
import { BASE, browser, check, finish, inspect, open, picture, signIn, WINDOWS } from "./pages.mjs";

const PAGES = JSON.parse(process.env.PAGES);

const chromium = await browser();
for (const [width, scheme] of WINDOWS) {
  const page = await open(chromium, width, scheme);
  await page.goto(`${BASE}/admin/sign-in`);
  await inspect(page, `sign-in-${width}-${scheme}`);
  await picture(page, "sign-in", width, scheme);
  await signIn(page, process.env.TOKEN);
  check(page.url() === `${BASE}/admin`, `signed in, and at ${page.url()}`);
  for (const [name, path] of Object.entries(PAGES)) {
    const answer = await page.goto(BASE + path);
    check(answer.status() === 200, `${path}: ${answer.status()}`);
    await inspect(page, `${name}-${width}-${scheme}`);
    if (!name.endsWith("-empty")) await picture(page, name, width, scheme);
  }
  await page.context().close();
}
await chromium.close();
finish();
