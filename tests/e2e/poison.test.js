// Recordings that were written to attack whoever watches them, sent by somebody who has the site's key.
// In: pages full of everything that runs, loads, navigates or speaks. Out: in the operator's browser nothing of it does.
// Never: goes through our recorder, which would not send such a page.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { forgedVisit } from "../harness/forged.js";
import { openPlayer, signIn } from "../harness/player.js";
import { pause } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {import("../harness/collector.js").Site} */
let owner;
/** Every request that reached the attacker. @type {string[]} */
const reached = [];
let attacker = "";
const server = createServer((incoming, outgoing) => {
  reached.push(incoming.url ?? "");
  outgoing.writeHead(200, { "access-control-allow-origin": "*", "content-type": "text/javascript" });
  outgoing.end("globalThis.hostile = 'loaded'");
});

before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const place = server.address();
  attacker = `http://127.0.0.1:${typeof place === "object" ? place?.port : 0}`;
  browser = await launch();
  collector = await startCollector();
  const open = { record_numbers: true, record_emails: true, record_form_inputs: true, record_properties: true, allow_unmask: true };
  owner = await collector.addSite("https://shop.example", open);
  await signIn(browser, collector);
});
after(async () => {
  await browser?.close();
  await collector?.stop();
  server.closeAllConnections();
  server.close();
});

const RUN = "top.hostile=1;parent.hostile=1;self.hostile=1;try{top.document.title='hostile'}catch(e){}";
const MARKUP = `"><img src=x onerror="${RUN}"><script>${RUN}</script></title></style><svg onload="${RUN}">`;

/** Whatever HTML, SVG and MathML have that acts by itself. @returns {import("../harness/forged.js").Forged[]} */
function hostileElements() {
  const away = (/** @type {string} */ name) => `${attacker}/${name}`;
  const js = `javascript:${RUN}`;
  const page = `<body onload="${RUN}"><script>${RUN}</script><img src="${away("inner")}">`;
  const html = `data:text/html,${encodeURIComponent(page)}`;
  /** @type {(tag: string, attributes?: Record<string, string>, children?: (import("../harness/forged.js").Forged | string)[], namespace?: number) => import("../harness/forged.js").Forged} */
  const element = (tag, attributes = {}, children = [], namespace = 0) => ({ tag, attributes, children, namespace });
  const svg = (/** @type {import("../harness/forged.js").Forged[]} */ ...children) => element("svg", { onload: RUN, width: "9", height: "9" }, children, 1);
  return [
    element("script", {}, [RUN]),
    element("script", { src: away("script") }),
    element("script", { type: "module", src: away("module") }),
    element("SCRIPT", {}, [RUN]),
    element("script", { "xlink:href": away("svg-script"), href: away("svg-script") }, [RUN], 1),
    element("meta", { "http-equiv": "refresh", content: `0; url=${away("refresh")}` }),
    element("meta", { "HTTP-EQUIV": "Refresh", content: `0; url=${js}` }),
    element("meta", { "http-equiv": "set-cookie", content: "hostile=1" }),
    element("meta", { "http-equiv": "content-security-policy", content: "default-src *" }),
    element("base", { href: away("base/"), target: "_top" }),
    ...["stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "icon", "manifest", "import", "prerender", "next"].map((rel) => element("link", { rel, href: away(rel), as: "image" })),
    element("link", { rel: "stylesheet", href: `data:text/css,body{background:url(${away("data-css")})}` }),
    element("img", { src: away("img"), srcset: `${away("srcset")} 2x`, onerror: RUN, onload: RUN, lowsrc: away("lowsrc"), dynsrc: away("dynsrc") }),
    element("img", { SRC: away("upper-src"), ONERROR: RUN }),
    element("img", { src: "data:image/png;base64,AAAA", onerror: RUN }),
    element("picture", {}, [element("source", { srcset: away("source") }), element("img", { src: "x", onerror: RUN })]),
    element("input", { type: "image", src: away("input-image"), onerror: RUN }),
    element("input", { autofocus: "", onfocus: RUN, formaction: js }),
    element("video", { src: away("video"), poster: away("poster"), autoplay: "", onerror: RUN, oncanplay: RUN }, [element("source", { src: away("video-source"), onerror: RUN }), element("track", { src: away("track"), default: "" })]),
    element("audio", { src: away("audio"), autoplay: "", onerror: RUN }),
    element("iframe", { src: away("iframe"), onload: RUN }),
    element("iframe", { src: js, name: "hostile" }),
    element("iframe", { src: html, sandbox: "allow-scripts allow-top-navigation allow-same-origin" }),
    element("iframe", { srcdoc: page, allow: "fullscreen *" }),
    { tag: "iframe", attributes: { srcdoc: page }, inside: "document", children: [element("html", {}, [element("body", { onload: RUN }, [element("script", {}, [RUN]), element("img", { src: away("in-iframe"), onerror: RUN })])])] },
    { tag: "div", inside: "shadow", children: [element("script", {}, [RUN]), element("img", { src: away("in-shadow"), onerror: RUN }), element("style", {}, [`@import "${away("shadow-import")}";`])] },
    element("frameset", { onload: RUN }, [element("frame", { src: js })]),
    element("object", { data: away("object"), type: "text/html", onerror: RUN }, [element("embed", { src: away("embed") })]),
    element("object", { data: html, type: "text/html" }),
    element("object", { classid: "clsid:1", codebase: away("codebase") }, [element("param", { name: "src", value: away("param") })]),
    element("embed", { src: js, type: "text/html" }),
    element("applet", { code: away("applet"), archive: away("archive") }),
    element("portal", { src: away("portal") }),
    element("form", { action: away("form"), id: "f", onformdata: RUN }, [element("button", { formaction: js, autofocus: "", onfocus: RUN }, ["Send"])]),
    element("a", { href: js, ping: away("ping"), autofocus: "", onfocus: RUN, target: "_top", download: "" }, ["a link"]),
    element("a", { href: `java\tscript:${RUN}` }, ["a link"]),
    element("area", { href: js, shape: "default" }),
    element("body", { background: away("background"), onload: RUN, onpageshow: RUN, onhashchange: RUN, onresize: RUN }),
    element("table", { background: away("table") }, [element("tr", {}, [element("td", { background: away("td") })])]),
    element("details", { open: "", ontoggle: RUN }, [element("summary", {}, ["more"])]),
    element("dialog", { open: "", oncancel: RUN }),
    element("marquee", { onstart: RUN, onbounce: RUN }, ["text"]),
    element("div", { style: `animation: hostile 1s; background: url(${away("style")})`, onanimationstart: RUN, ontransitionend: RUN, contenteditable: "", popover: "" }),
    element("div", { style: `background-image: image-set("${away("style-set")}" 1x); cursor: url("${away("cursor")}"), auto` }),
    element("div", { style: `background: u\\72l(${away("escaped")}); list-style-image: url(/**/"${away("commented")}")` }),
    element("template", { shadowrootmode: "open" }, [element("script", {}, [RUN])]),
    element("noscript", {}, [MARKUP]),
    element("xmp", {}, [MARKUP]),
    element("textarea", {}, [MARKUP]),
    element("title", {}, [MARKUP]),
    element("style", {}, [
      `@import url("${away("import")}"); @import "${away("import-text")}" screen; @\\69mport '${away("import-escaped")}';
       @font-face { font-family: far; src: url(${away("font")}), url('${away("font-2")}') format("woff2"); }
       @namespace url(${away("namespace")}); @keyframes hostile { from { background: url(${away("keyframe")}) } }
       * { background: url(${away("css")}), url( "${away("css-quoted")}" ), image-set("${away("css-set")}" 1x); font-family: far; }
       body::before { content: url(${away("content")}); } body { background: URL(${away("upper")}); --x: url(${away("var")}); mask: var(--x); }
       a { background: u\\72l(${away("css-escaped")}) } li { list-style: url(/* */${away("css-comment")}) } b { background: -webkit-image-set(url(${away("webkit-set")}) 1x) }
       i { background: image(url(${away("image-fn")})); cursor: url(${away("css-cursor")}), auto; filter: url(${away("filter")}#a) }
       p { background: src("${away("src-fn")}"); behavior: url(${away("behavior")}); -moz-binding: url(${away("binding")}); width: expression(${RUN}) }`,
      "</style><script>top.hostile=1</script>",
    ]),
    svg(
      element("script", {}, [RUN], 1),
      element("image", { href: away("svg-image"), "xlink:href": away("svg-xlink"), onload: RUN, onerror: RUN }, [], 1),
      element("use", { href: `${away("svg-use")}#a` }, [], 1),
      element("feImage", { href: away("feimage") }, [], 1),
      element("a", { "xlink:href": js, href: js }, [element("text", {}, ["a link"], 1), element("animate", { attributeName: "href", values: js, onbegin: RUN, begin: "0s", dur: "1s" }, [], 1), element("set", { attributeName: "onclick", to: RUN }, [], 1)], 1),
      element("animate", { attributeName: "href", to: js, onbegin: RUN, onend: RUN, begin: "0s", dur: "0.1s" }, [], 1),
      element("style", {}, [`@import url(${away("svg-import")}); * { fill: url(${away("svg-fill")}#a) }`], 1),
      element("foreignObject", { width: "9", height: "9" }, [element("iframe", { src: js }), element("body", { onload: RUN }), element("img", { src: away("foreign"), onerror: RUN })], 1),
      element("handler", { "ev:event": "load", type: "application/ecmascript" }, [RUN], 1),
    ),
    element("math", { href: js }, [element("maction", { actiontype: "statusline", "xlink:href": js }, ["x"], 2)], 2),
    element("img src=x onerror=alert(1)", { x: "1" }),
    element("img/src=x/onerror=alert(1)", {}),
    element("iframe\fonload=1", { [`x onerror=${RUN}`]: "1", "\u0000onclick": RUN, "on\u0000click": RUN, "[onload]": RUN, "><script>": "1", "onerror=\"": RUN }),
  ];
}

/** @param {Partial<Parameters<typeof forgedVisit>[0]>} [more] */
async function watch(more = {}) {
  const away = (/** @type {string} */ name) => `${attacker}/${name}`;
  const { id, body } = forgedVisit({
    url: `javascript:${RUN}`,
    title: MARKUP,
    tree: { tag: "html", attributes: { onload: RUN, manifest: away("manifest") }, children: [{ tag: "head", children: [] }, { tag: "body", attributes: { onload: RUN }, children: hostileElements() }] },
    sheets: [`@import "${away("sheet-import")}"; * { background: url(${away("sheet")}) } p { background: u\\72l(${away("sheet-escaped")}) }`],
    rules: [`@import "${away("rule-import")}"`, `* { background: url(${away("rule")}) }`, `@font-face { font-family: x; src: url(${away("rule-font")}) }`],
    events: [MARKUP, "=HYPERLINK(\"http://x\")"],
    tags: [MARKUP],
    errors: [MARKUP],
    navigations: [`javascript:${RUN}`, `data:text/html,${MARKUP}`, away("navigated")],
    ...more,
  });
  const answer = await fetch(`${collector.own}/v1/frames?k=${owner.key}`, { method: "POST", body: new Uint8Array(body) });
  assert.equal(answer.status, 204, await answer.text());
  await collector.waitReady(owner);
  return id;
}

/** Nothing has run in any document of the tab, and the tab is where it was. @param {import("../harness/browser.js").Page} page */
async function assertUnharmed(page) {
  for (const frame of page.frames()) {
    const ran = await frame.evaluate(() => "hostile" in globalThis && typeof (/** @type {any} */ (globalThis).hostile) !== "object").catch(() => false);
    assert.equal(ran, false, `something ran in ${frame.url()}`);
  }
  const cookies = await page.browserContext().cookies();
  assert.equal(cookies.some(({ name }) => name === "hostile"), false);
  const links = await page.evaluate(() => [...document.querySelectorAll("a[href], area[href]")].map((link) => link.getAttribute("href") ?? "").filter((href) => /^\s*(?:javascript|data|vbscript):/i.test(href)));
  assert.deepEqual(links, [], "no link of ours leads into a script");
  assert.deepEqual(reached, [], "nothing is asked of the attacker");
}

test("a recording full of attacks plays without running, loading or going anywhere", async () => {
  const id = await watch();
  const player = await openPlayer(browser, collector, id);
  /** @type {string[]} */
  const dialogs = [];
  player.page.on("dialog", (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
  /** @type {string[]} */
  const opened = [];
  browser.on("targetcreated", (target) => opened.push(target.url()));
  await player.settled();
  const shown = await (await player.stageElement.contentFrame()).evaluate(() => document.querySelectorAll("*").length);
  assert.ok(shown > 80, `the attacks are on the stage: ${shown} elements`);
  await player.seek((await player.duration()) - 1);
  await player.play.click();
  await pause(1500);
  // Whatever would act only when it is touched.
  const frame = await player.stageElement.contentFrame();
  for (const event of ["mouseover", "click", "focus", "load", "error", "toggle", "animationstart"]) {
    await frame.evaluate((name) => {
      for (const element of document.querySelectorAll("*")) element.dispatchEvent(new Event(name, { bubbles: true }));
    }, event);
  }
  await frame.evaluate(() => {
    for (const link of document.querySelectorAll("a, area, button")) /** @type {HTMLElement} */ (link).click?.();
    for (const form of document.forms) try { HTMLFormElement.prototype.submit.call(form); } catch { /* a form that has lost its method */ }
  });
  await pause(700);
  assert.match(player.page.url(), new RegExp(`/recordings/${id}`));
  await assertUnharmed(player.page);
  assert.deepEqual(dialogs, []);
  assert.deepEqual(opened, []);
  const elsewhere = player.requests.filter(({ url }) => !url.startsWith(collector.own) && !/^(?:about|data|blob):/.test(url));
  assert.deepEqual(elsewhere, []);
  await player.page.close();
});

test("what such a recording says of itself is text in the list", async () => {
  const page = await newPage(browser);
  await page.goto(`${collector.own}/`, { waitUntil: "networkidle0" });
  await page.waitForSelector("a[href*='/recordings/']", { timeout: 15_000 });
  await pause(500);
  await assertUnharmed(page);
  await page.close();
});

test("a share shows it as harmlessly", async () => {
  const [recording] = await collector.recordings(owner);
  const share = await collector.api("POST", `/api/v1/recordings/${recording?.id}/shares`, { expires_in: 3600 });
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(share.url, { waitUntil: "networkidle0" });
  await page.waitForSelector("aria/Play[role='button']", { timeout: 15_000 });
  await pause(1000);
  await assertUnharmed(page);
  await page.close();
});

test("opened as a page of the attacker's own, the same does run and load", async () => {
  // Without this the tests above would show nothing.
  const html = (/** @type {import("../harness/forged.js").Forged | string} */ node) => {
    if (typeof node === "string") return node;
    const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => ` ${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`);
    /** @type {string} */
    const inside = (node.children ?? []).map(html).join("");
    return `<${node.tag}${attributes.join("")}>${inside}</${node.tag}>`;
  };
  const acting = hostileElements().filter(({ tag }) => ["img", "script", "svg", "style", "link", "details", "video"].includes(tag ?? ""));
  const page = await newPage(await browser.createBrowserContext());
  await page.setContent(`<!doctype html><body>${acting.map(html).join("")}`, { waitUntil: "domcontentloaded" });
  await pause(1500);
  const ran = await page.evaluate(() => "hostile" in globalThis).catch(() => true);
  assert.equal(ran, true);
  for (const name of ["/img", "/script", "/import", "/css", "/svg-image", "/stylesheet", "/poster"]) assert.ok(reached.includes(name), `${name} is not among ${reached}`);
  await page.close();
});
