// What the bench page does while it is recorded. Runs in the page. Each workload shows its states for at least 150 ms
// where a recorder owes them, so that a longer delay cannot pass for speed. No workload knows who records it.

const stage = () => /** @type {HTMLElement} */ (document.getElementById("stage"));
const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));
const WORDS = "amber birch cedar dune ember fjord grove heath inlet jetty knoll ledge marsh north ocean pine".split(" ");
/** Same numbers in every run. */
let seed = 1;
const random = (/** @type {number} */ bound) => {
  seed = (seed * 48271) % 2147483647;
  return seed % bound;
};
const words = (/** @type {number} */ count) => Array.from({ length: count }, () => WORDS[random(16)]).join(" ");

/**
 * @param {number} number
 * @param {string} label
 */
function row(number, label) {
  const row = document.createElement("tr");
  row.className = number % 2 ? "odd" : "even";
  row.innerHTML =
    `<td class="col-md-1">${number}</td><td class="col-md-4"><a class="lbl">${label}</a></td>` +
    `<td class="col-md-1"><a class="remove"><span class="glyphicon glyphicon-remove" aria-hidden="true"></span></a></td><td class="col-md-6"></td>`;
  return row;
}

/** @param {number} count */
function table(count) {
  const table = document.createElement("table");
  const body = document.createElement("tbody");
  for (let i = 0; i < count; i++) body.append(row(i, words(3)));
  table.append(body);
  stage().append(table);
  return body;
}

/** @type {Record<string, {prepare?: () => unknown, run: (prepared: any) => unknown}>} */
export const workloads = {
  "insert 10k rows": {
    run: () => void table(10_000),
  },
  "replace 1k rows ten times": {
    prepare: () => table(1_000),
    run: async (body) => {
      for (let round = 0; round < 10; round++) {
        body.replaceChildren(...Array.from({ length: 1_000 }, (_, i) => row(i + round, words(3))));
        await pause(150);
      }
    },
  },
  "move and sort": {
    prepare: () => table(1_000),
    run: async (body) => {
      for (let round = 0; round < 5; round++) {
        body.append(...[...body.children].reverse());
        await pause(150);
        const [first, last] = [body.children[1], body.children[998]];
        const after = first.nextSibling;
        body.insertBefore(first, last);
        body.insertBefore(last, after);
        await pause(150);
        const rows = [...body.children].map((row) => ({ row, key: random(1_000_000) }));
        body.append(...rows.sort((a, b) => a.key - b.key).map(({ row }) => row));
        await pause(150);
      }
    },
  },
  "attribute storm": {
    prepare: () => table(1_000),
    run: async (body) => {
      const cells = [...body.querySelectorAll("td")];
      for (let round = 0; round < 10; round++) {
        for (const cell of cells) {
          cell.style.width = `${random(40)}px`;
          cell.className = `col-md-${random(12)}`;
        }
        await pause(150);
      }
    },
  },
  "text ticker": {
    prepare: () => Array.from({ length: 200 }, () => stage().appendChild(document.createElement("p")).appendChild(document.createTextNode("0"))),
    run: async (texts) => {
      for (let round = 0; round < 20; round++) {
        for (const text of texts) text.data = `${words(1)} ${random(1_000)}`;
        await pause(150);
      }
    },
  },
  "deep nesting": {
    run: async () => {
      for (let round = 0; round < 20; round++) {
        let at = stage();
        for (let i = 0; i < 256; i++) at = at.appendChild(document.createElement("div"));
        await pause(20);
      }
    },
  },
  "appends to a list of 10k": {
    prepare: () => {
      const list = stage().appendChild(document.createElement("ul"));
      for (let i = 0; i < 10_000; i++) list.append(Object.assign(document.createElement("li"), { textContent: words(2) }));
      return list;
    },
    run: async (list) => {
      for (let round = 0; round < 60; round++) {
        list.append(Object.assign(document.createElement("li"), { textContent: words(2) }));
        await pause(50);
      }
    },
  },
  "feed of unique text": {
    run: async () => {
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 50; i++) {
          const post = document.createElement("article");
          post.innerHTML = `<h3>${words(6)}</h3><p>${words(40)}</p><time>${random(1e6)}</time>`;
          stage().prepend(post);
        }
        await pause(150);
      }
    },
  },
  "update every 10th row": {
    prepare: () => table(10_000),
    run: async (body) => {
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 10_000; i += 10) body.children[i].querySelector("a.lbl").textContent += " !!!";
        await pause(150);
      }
    },
  },
  typing: {
    prepare: () => Array.from({ length: 20 }, () => stage().appendChild(document.createElement("input"))),
    run: async (fields) => {
      for (const field of fields) {
        for (let i = 0; i < 20; i++) {
          field.value += WORDS[random(16)][0];
          field.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
          await pause(5);
        }
      }
    },
  },
  "pointer and scroll": {
    prepare: () => table(2_000),
    run: async () => {
      for (let i = 0; i < 300; i++) {
        const at = { bubbles: true, composed: true, clientX: random(900), clientY: random(600), pointerType: "mouse" };
        document.elementFromPoint(at.clientX, at.clientY)?.dispatchEvent(new PointerEvent("pointermove", at));
        document.elementFromPoint(at.clientX, at.clientY)?.dispatchEvent(new MouseEvent("mousemove", at));
        scrollBy(0, 40);
        await pause(10);
      }
    },
  },
};

/** What stands in the page before the recorder starts, for the snapshot bench: about 50,000 nodes. */
export function largeDocument() {
  table(5_000);
}
