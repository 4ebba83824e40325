// Opens reports in a browser and looks at them as a person would: no request, no error, no sideways scroll, enough contrast, data shown as
// text, tables that sort by keyboard, charts that speak, paper.
//
//   node check.mjs REPORT.html... [--screenshots FOLDER]
//
// The browser is Chromium (CHROMIUM names another one than /usr/bin/chromium).
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const words = process.argv.slice(2);
const flag = words.indexOf("--screenshots");
const folder = flag < 0 ? null : words.splice(flag, 2)[1];
if (folder) mkdirSync(folder, { recursive: true });
const reports = words;
if (reports.length === 0) throw new Error("name the reports to look at");

const SIZES = [["phone", 360, 780], ["desktop", 1280, 900]];
const COLOURS = ["light", "dark"];
const failures = [];
const wrong = (where, what) => failures.push(`${where}: ${what}`);

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
});

/** A page that tells of every error and every request. */
async function open(report, size, colours, where, script = true) {
  const page = await browser.newPage();
  const url = pathToFileURL(resolve(report)).href;
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) wrong(where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong(where, `error: ${error.message}`));
  page.on("dialog", async (dialog) => { wrong(where, `dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== url) wrong(where, `request: ${request.url()}`); });
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width: size[1], height: size[2], deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: colours },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.goto(url, { waitUntil: "load" });
  return page;
}

async function width(page, where) {
  const found = await page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter((element) => {
      if (element.closest(".scroll, .skip, svg, .tip")) return false;
      return element.getBoundingClientRect().right > wide + 1;
    });
    return { scroll: document.documentElement.scrollWidth, wide, out: out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)) };
  });
  if (found.scroll > found.wide || found.out.length > 0) wrong(where, `scrolls sideways: ${JSON.stringify(found)}`);
}

/** What axe-core says of WCAG 2.2 AA. It is put in past the policy of the page, which lets nothing else in. */
async function contrast(page, where) {
  await page.evaluate(() => { for (const region of document.querySelectorAll(".scroll")) region.scrollLeft = 0; });
  await page.evaluate(axe);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), tags);
  for (const { id, help, nodes } of violations) {
    wrong(where, `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  }
}

/** Sorts the first table by its last numeric column with the keyboard, both ways. */
async function sorts(page, where) {
  const tables = await page.$$("table.sortable");
  for (const table of tables) {
    const buttons = await table.$$("thead th button");
    const heads = await table.$$eval("thead th", (all) => all.map((head) => head.className));
    if (buttons.length !== heads.length) wrong(where, "a column cannot be sorted");
    const at = heads.lastIndexOf("n");
    await buttons[at].focus();
    for (const [key, order] of [["Enter", "descending"], ["Space", "ascending"]]) {
      await page.keyboard.press(key);
      const found = await table.evaluate((table, at) => {
        const cells = [...table.tBodies[0].rows].map((row) => row.cells[at].dataset.v);
        return {
          sort: table.tHead.rows[0].cells[at].getAttribute("aria-sort"),
          others: [...table.tHead.rows[0].cells].filter((head) => head.hasAttribute("aria-sort")).length,
          values: cells.filter((value) => value !== undefined).map(Number),
        };
      }, at);
      const sign = order === "ascending" ? 1 : -1;
      const sorted = found.values.every((value, i, all) => i === 0 || sign * (value - all[i - 1]) >= 0);
      if (found.sort !== order || found.others !== 1 || !sorted) wrong(where, `not sorted by ${key}: ${JSON.stringify(found)}`);
    }
  }
  return tables.length;
}

/** Walks through every chart with the arrow keys, and with the pointer. */
async function speaks(page, where) {
  for (const plot of await page.$$(".plot")) {
    await plot.focus();
    const told = new Set();
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press("ArrowRight");
      told.add(await plot.$eval(".tip", (tip) => (tip.hidden ? "" : tip.textContent)));
    }
    if (told.has("") || told.size < 2) wrong(where, `a chart does not speak: ${[...told].join("; ")}`);
    await page.keyboard.press("Escape");
    await plot.hover();
    const tip = await plot.$eval(".tip", (tip) => {
      const box = tip.getBoundingClientRect();
      return { hidden: tip.hidden, left: box.left, right: box.right, wide: document.documentElement.clientWidth };
    });
    if (tip.hidden || tip.left < 0 || tip.right > tip.wide) wrong(where, `a tip is out of sight: ${JSON.stringify(tip)}`);
  }
  await page.mouse.move(0, 0);
}

/** The whole length of the page as a picture. */
async function picture(page, name) {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

for (const report of reports) {
  const name = basename(report, ".html");
  const size = readFileSync(report).length;
  if (size >= 2_000_000) wrong(name, `has ${size} bytes`);
  const thorough = report === reports[0] || folder !== null;
  for (const screen of SIZES) {
    for (const colours of COLOURS) {
      // In further reports (the other languages) one of the two colours is enough for each size.
      if (!thorough && (screen === SIZES[0]) !== (colours === "light")) continue;
      const where = `${name}-${screen[0]}-${colours}`;
      const page = await open(report, screen, colours, where);
      await width(page, where);
      await contrast(page, where);
      await picture(page, where);
      await speaks(page, where);
      if (colours === "light") {
        await sorts(page, where);
        await page.focus("#theme");
        await page.keyboard.press("Enter");
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        if (!/^rgb\((\d|[1-4]\d), /.test(ground)) wrong(where, `the button does not make it dark: ${ground}`);
        await contrast(page, `${where}, made dark`);
      }
      await width(page, where);
      await page.close();
    }
  }
  // Hostile data are text: no element and no attribute has come from them.
  const page = await open(report, SIZES[1], "light", name);
  const found = await page.evaluate(() => ({
    scripts: document.scripts.length,
    images: document.images.length,
    acting: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => /^on/.test(a.name))).length,
    marks: /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText),
    lang: document.documentElement.lang,
  }));
  if (found.scripts !== 1 || found.images !== 0 || found.acting !== 0 || found.marks || found.lang === "") {
    wrong(name, `data act: ${JSON.stringify(found)}`);
  }
  const pdf = await page.pdf({ format: "A4", path: folder ? join(folder, `${name}.pdf`) : undefined });
  if (pdf.length < 20_000) wrong(name, `on paper it has ${pdf.length} bytes`);
  await page.close();
  // Without scripts it is still whole.
  const bare = await open(report, SIZES[0], "light", `${name} without scripts`, false);
  await width(bare, `${name} without scripts`);
  await bare.close();
}
await browser.close();
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
console.log(`${reports.length} reports are as they should be, on a phone and on a desk, in light and in dark`);
