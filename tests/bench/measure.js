// One measurement of the recorder's benches: a workload on a fresh page with one recorder. In: a browser, the bench's site.
// Out: script time by the browser's own clock, and bytes sent. Asserts nothing.

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {Awaited<ReturnType<typeof import("./site.js").serve>>} site
 * @param {string} recorder
 * @param {string} name of a workload, or "large snapshot"
 */
export async function measure(browser, site, recorder, name) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  try {
    await page.goto(`${site.origin}/?recorder=${recorder}`);
    await page.waitForFunction("window.isReady");
    const isSnapshot = name === "large snapshot";
    if (isSnapshot) await page.evaluate("bench.large()");
    else await page.evaluate(`bench.prepare(${JSON.stringify(name)})`);
    if (!isSnapshot) await page.evaluate("bench.start()");
    await new Promise((done) => setTimeout(done, 300));
    const before = await page.metrics();
    const bytes = site.received();
    if (isSnapshot) await page.evaluate("bench.start()");
    else await page.evaluate(`bench.run(${JSON.stringify(name)})`);
    await page.evaluate("bench.settle()");
    const after = await page.metrics();
    return { ms: ((after.ScriptDuration ?? 0) - (before.ScriptDuration ?? 0)) * 1000, bytes: site.received() - bytes };
  } finally {
    await context.close();
  }
}

/** Masks that a site can switch off. What is secret by its shape is looked for in any case. */
export const UNMASKED = { record_numbers: true, record_emails: true, record_form_inputs: true, record_properties: true };

/** @param {number[]} values */
export const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
