// Two pictures of a report: on a desk in light, on a phone in dark.
//
//   node pictures.mjs REPORT.html FOLDER
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [report, folder] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});
const screens = [
  ["desktop", 1120, 1360, "light", 1],
  ["phone", 390, 1180, "dark", 1.5],
];
for (const [name, width, height, colours, deviceScaleFactor] of screens) {
  const page = await browser.newPage();
  await page.setViewport({ width, height, deviceScaleFactor });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
  await page.goto(pathToFileURL(resolve(report)).href, { waitUntil: "load" });
  await page.screenshot({ path: join(folder, `report-${name}.png`) });
  await page.close();
}
await browser.close();
