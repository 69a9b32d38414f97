// The page's own script. In: clicks. Out: a count, a form that stays, a second of silence, an error, a closed shadow root that was there before
// any recorder. Never: knows that it is recorded.

/** @param {string} selector @returns {any} what this page surely has */
const need = (selector) => document.querySelector(selector);

// Masked, one digit looks like the other: nothing that is sent says that the page has answered.
need("#count").addEventListener("click", () => { need("#count").firstChild.data = String((Number(need("#count").textContent) + 1) % 10); });
need("#twice").addEventListener("dblclick", () => need("#twice").classList.toggle("on"));
need("#form").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());

/** A second of silence, as a WAV. */
const silence = new Uint8Array(44 + 8000);
const view = new DataView(silence.buffer);
for (const [at, text] of /** @type {[number, string][]} */ ([[0, "RIFF"], [8, "WAVEfmt "], [36, "data"]])) {
  for (let index = 0; index < text.length; index += 1) view.setUint8(at + index, text.charCodeAt(index));
}
for (const [at, value] of [[4, 8036], [16, 16], [24, 8000], [28, 8000], [40, 8000]]) view.setUint32(at, value, true);
for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]]) view.setUint16(at, value, true);
silence.fill(128, 44);
need("#sound").src = URL.createObjectURL(new Blob([silence], { type: "audio/wav" }));

customElements.define("x-secret", class extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "closed" }).innerHTML = "<p style='margin: 0; height: 50px; width: 200px'>nobody can read this</p>";
  }
});

/** Fails as pages do: not where anybody catches it. */
Object.assign(window, { fail: () => void setTimeout(() => { throw new Error("card 4111111111111111 of jane.doe@shop.example"); }) });
