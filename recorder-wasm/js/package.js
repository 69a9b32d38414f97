// `import revisit from "revisit"`: the same function as the tag's, for pages that are bundled.
// In: the page's calls. Out: the loader, started once in a browser; its answers. Never: a second recorder beside a tag's, an
// error where there is no window (a page rendered on a server).

/** @type {any} */
const page = globalThis.window;

if (page) {
  // Calls made before the loader runs wait for it, as with the tag.
  page.revisit ||= (/** @type {any[]} */ ...call) => void (page.revisit.q ||= []).push(call);
  import("./loader.js").catch(() => {
    // The bundle's own file did not come: nothing is recorded.
  });
}

/** @type {import("./revisit.js").Revisit} */
const revisit = (/** @type {any[]} */ ...call) => page?.revisit(...call);

export default revisit;
