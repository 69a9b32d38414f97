// A page that never rests. In: `?rows=` for how long it is from the start. Out: rows that come, go and change at every
// frame. Never: knows that it is recorded.

const WORDS = "amber birch cedar dune ember fjord grove heath inlet jetty knoll ledge marsh north ocean pine".split(" ");
const feed = /** @type {HTMLElement} */ (document.getElementById("feed"));
const rows = Number(new URLSearchParams(location.search).get("rows") ?? 20);
let count = 0;

/** A word of its own for each number, without digits, which would be masked. @param {number} number */
const word = (number) => String(number * 7919).replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");

function row() {
  const item = document.createElement("li");
  item.dataset.number = String(count);
  const words = Array.from({ length: 8 }, (_, at) => `${WORDS[(count * 7 + at * at) % 16]}-${word(count * 8 + at)}`);
  item.innerHTML = `<b>${WORDS[count % 16]}</b> <span class="of-${count % 5}">${words.join(" ")}</span>`;
  count += 1;
  return item;
}

feed.append(...Array.from({ length: rows }, row));
document.getElementById("pad")?.addEventListener("click", (event) => { feed.dataset.last = `${event.clientX} ${event.clientY}`; });

setInterval(() => {
  feed.prepend(row());
  feed.children[5]?.remove();
  for (let at = 6; at < 12; at += 1) {
    const item = /** @type {HTMLElement | undefined} */ (feed.children[at]);
    if (!item) break;
    item.style.paddingLeft = `${(count * at) % 40}px`;
    const span = item.querySelector("span");
    if (span) span.textContent = `${WORDS[(count + at) % 16]} ${WORDS[(count * at) % 16]}`;
  }
}, 16);
