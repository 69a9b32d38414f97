// A page with thousands of canaries: every kind of personal datum in every place that a page has for text, in the markup
// and by every way in which scripts change a page. In: nothing. Out: the markup, its address, what each canary is and
// which settings allow it to be recorded. Never: asks the masking rules what they hide; what is allowed is written here.

import { number, word } from "./canary-code.js";

/**
 * @typedef {"forms" | "numbers" | "emails"} Setting
 *
 * @typedef {object} Canary
 * @property {number} index
 * @property {string} place
 * @property {string} kind
 * @property {Setting[] | null} needs settings that must all be on for it to be recorded; null: it never is
 */

/** @type {Setting[]} */
const ALL = ["forms", "numbers", "emails"];
/** How often each kind stands in each place. */
const TIMES = 3;

/** @param {string} digits */
function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, at) => {
    const twice = Number(digit) * (at % 2 === 0 ? 2 : 1);
    sum += twice > 9 ? twice - 9 : twice;
  });
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** @param {string} account German, with its bank */
const iban = (account) => `DE${String(98n - (BigInt(`${account}131400`) % 97n)).padStart(2, "0")}${account}`;
/** @param {string} digits @param {number} every */
const grouped = (digits, every) => digits.replace(RegExp(`.{${every}}(?=.)`, "g"), "$& ");
/** @param {string} digits @param {number} zero code point of a script's zero */
const inScript = (digits, zero) => [...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");

/** What a person would not want to find elsewhere; by kind: what allows it in running text, and how it is written. */
const KINDS = /** @type {Record<string, {needs: Setting[] | null, write: (index: number) => string}>} */ ({
  email: { needs: ["emails"], write: (at) => `jane.${word(at)}@${word(at)}.example` },
  "e-mail in capitals": { needs: ["emails"], write: (at) => `JANE+${word(at).toUpperCase()}@MAIL.EXAMPLE` },
  "international e-mail": { needs: ["emails"], write: (at) => `jürgen.${word(at)}@bücher-${word(at)}.例え` },
  "encoded e-mail": { needs: ["emails"], write: (at) => `jane.${word(at)}%40${word(at)}.example` },
  "spelled e-mail": { needs: ["emails"], write: (at) => `jane.${word(at)} (at) ${word(at)}.example` },
  phone: { needs: ["numbers"], write: (at) => `+49 ${grouped(number(at), 3)}` },
  card: { needs: null, write: (at) => grouped(luhn(`4929${number(at)}`), 4) },
  "card in one": { needs: null, write: (at) => luhn(`4929${number(at)}`) },
  "card in arabic digits": { needs: null, write: (at) => inScript(luhn(`4929${number(at)}`), 0x660) },
  IBAN: { needs: null, write: (at) => grouped(iban(`37040${number(at)}12`), 4) },
  "id in a word": { needs: ["numbers"], write: (at) => `INV-${number(at)}/b` },
  "arabic digits": { needs: ["numbers"], write: (at) => inScript(number(at), 0x660) },
  "devanagari digits": { needs: ["numbers"], write: (at) => inScript(number(at), 0x966) },
  "signed token": { needs: null, write: (at) => `eyJhbGciOiJIUzI1NiJ9.eyJ${word(at)}7A9b3C5d7E9f.${word(at)}` },
  key: { needs: null, write: (at) => `sk_live_${word(at)}4fA8b6C5d4E3` },
});
/** In fields and attributes even a plain word is hidden. */
const NAME = { needs: /** @type {Setting[]} */ ([]), write: (/** @type {number} */ at) => `Quillon ${word(at)}` };

/** Typed letter by letter, an address is none before its `@` has come: what stands before it is an ordinary word till then. */
const TYPED = { needs: KINDS.email?.needs ?? null, write: (/** @type {number} */ at) => `jane@${word(at)}.example` };

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/**
 * A place for text: `rule` says what allows a datum there beside what allows its kind.
 * "text": nothing more. "field": form inputs. "attribute": only everything at once. "never": nothing.
 * @typedef {"text" | "field" | "attribute" | "never"} Rule
 */

/** Places as markup: `$` stands for the datum, escaped. @type {[string, Rule, string][]} */
const MARKUP = [
  ["paragraph", "text", "<p>Write to $ today.</p>"],
  ["whole text", "text", "<p>$</p>"],
  ["between comments", "text", "<p>a <!-- x -->$<!-- y --> b</p>"],
  ["table cell", "text", "<table><tr><td>$</td></tr></table>"],
  ["details", "text", "<details open><summary>$</summary>more</details>"],
  ["dialog", "text", "<dialog open>$</dialog>"],
  ["custom element", "text", "<user-card>$</user-card>"],
  ["svg text", "text", "<svg width=9 height=9><text>$</text></svg>"],
  ["svg title", "text", "<svg width=9 height=9><title>$</title><desc>$</desc></svg>"],
  ["math", "text", "<math><mtext>$</mtext></math>"],
  ["output", "text", "<output>$</output>"],
  ["legend", "text", "<fieldset><legend>$</legend></fieldset>"],
  ["button text", "text", "<button type=button>$</button>"],
  ["declared shadow root", "text", "<div><template shadowrootmode=open><p>$</p></template></div>"],
  ["closed shadow root", "text", "<div><template shadowrootmode=closed><p>$</p></template></div>"],
  ["frame's text", "text", "<iframe srcdoc='<p>$2</p>'></iframe>"],
  ["button label", "text", "<input type=button value='$'>"],
  ["submit label", "text", "<input type=submit value='$'>"],
  ["title", "attribute", "<p title='$'>x</p>"],
  ["alt", "attribute", "<img alt='$' width=8 height=8>"],
  ["aria-label", "attribute", "<p aria-label='$'>x</p>"],
  ["aria-description", "attribute", "<p aria-description='$'>x</p>"],
  ["aria-valuetext", "attribute", "<p role=meter aria-valuetext='$'>x</p>"],
  ["data", "attribute", "<p data-user='$'>x</p>"],
  ["data with JSON", "attribute", "<p data-props='{\"mail\": \"$\"}'>x</p>"],
  ["custom attribute", "attribute", "<user-card user-name='$'></user-card>"],
  ["framework attribute", "attribute", "<p :title='$' v-bind:x='$' ng-init='$'>x</p>"],
  ["meta content", "attribute", "<meta name=author content='$'>"],
  ["summary", "attribute", "<table summary='$'></table>"],
  ["download", "attribute", "<a download='$'>x</a>"],
  ["frame's title", "attribute", "<iframe title='$' srcdoc='x'></iframe>"],
  ["name", "text", "<a name='$'>x</a>"],
  ["id", "text", "<p id='u-$'>x</p>"],
  ["class", "text", "<p class='row u-$'>x</p>"],
  ["for", "text", "<label for='$'>x</label>"],
  ["href query", "attribute", "<a href='/a?mail=$&amp;b=1'>x</a>"],
  ["href fragment", "attribute", "<a href='/a#tel=$'>x</a>"],
  ["mailto", "text", "<a href='mailto:$'>x</a>"],
  ["mailto subject", "attribute", "<a href='mailto:x@y.example?subject=$'>x</a>"],
  ["tel", "text", "<a href='tel:$'>x</a>"],
  ["href path", "text", "<a href='/user/$/orders'>x</a>"],
  ["host", "never", "<a href='https://$@host.example/'>x</a>"],
  ["form action", "attribute", "<form action='/save?user=$'></form>"],
  ["formaction", "attribute", "<button type=button formaction='/save?user=$'>x</button>"],
  ["data address", "attribute", "<p style='background:url(data:text/plain,$)'>x</p>"],
  ["inline style content", "text", "<p style='--user: \"$\"'>x</p>"],
  ["style address", "attribute", "<p style='background:url(/a.png?user=$)'>x</p>"],
  ["style sheet content", "text", "<style>.x::after { content: '$' }</style>"],
  ["style sheet comment", "attribute", "<style>/* $ */ .x { color: red }</style>"],
  ["style sheet address", "attribute", "<style>.x { background: url('/a.png?user=$') }</style>"],
  ["handler", "never", "<p onclick='void \"$\"'>x</p>"],
  ["javascript address", "never", "<a href='javascript:void \"$\"'>x</a>"],
  ["comment", "never", "<!-- $ -->"],
  ["script", "never", "<script>void '$'</script>"],
  ["JSON", "never", "<script type=application/json>{\"props\": \"$\"}</script>"],
  ["noscript", "never", "<noscript>$</noscript>"],
  ["template", "never", "<template><p>$</p></template>"],
  ["blocked", "never", "<div data-revisit=block>$<p title='$'>$</p></div>"],
  ["masked", "never", "<div data-revisit=mask>$<p title='$'>$</p></div>"],
  ["unmask without leave", "text", "<div data-revisit=unmask>$</div>"],
  ["unmasked field without leave", "field", "<input class=sentry-unmask data-hj-allow value='$'>"],
  ["unmasked inside blocked", "never", "<div class=ph-no-capture><p data-revisit=unmask>$</p></div>"],
  ["text input", "field", "<input value='$'>"],
  ["email input", "field", "<input type=email value='$'>"],
  ["tel input", "field", "<input type=tel value='$'>"],
  ["search input", "field", "<input type=search value='$'>"],
  ["url input", "field", "<input type=url value='$'>"],
  ["hidden input", "field", "<input type=hidden value='$'>"],
  ["unknown input", "field", "<input type=nonsense value='$'>"],
  ["check box", "field", "<input type=checkbox value='$'>"],
  ["radio", "field", "<input type=radio value='$'>"],
  ["textarea", "field", "<textarea>$</textarea>"],
  ["option", "field", "<select><option>none</option><option>$</option></select>"],
  ["option value", "field", "<select><option>none</option><option value='$' selected>x</option></select>"],
  ["option label", "attribute", "<select><option label='$'>x</option><optgroup label='$'></optgroup></select>"],
  ["datalist", "field", "<datalist><option value='$'>$</option></datalist>"],
  ["placeholder", "attribute", "<input placeholder='$'>"],
  ["editable", "field", "<div contenteditable>$ <b>$</b></div>"],
  ["plain editable", "field", "<div contenteditable=plaintext-only>$</div>"],
  ["text box", "field", "<div role=textbox>$</div>"],
  ["combo box", "field", "<div role=combobox><span>$</span></div>"],
  ["search box", "field", "<my-search role='searchbox'>$</my-search>"],
  ["listed option", "field", "<div role=listbox><div role=option>$</div></div>"],
  ["password", "never", "<input type=password value='$'>"],
  ["card field", "never", "<input autocomplete=cc-number value='$'>"],
  ["security code", "never", "<input name=cvc value='$'>"],
  ["one-time code", "never", "<input autocomplete='section-a one-time-code' value='$'>"],
  ["new password", "never", "<input autocomplete=new-password value='$'>"],
  ["card in an editable", "never", "<div contenteditable id=card-number>$</div>"],
];

/**
 * Data cut by markup: each part has the whole mark, so that no part may be seen. `kind` says what it is together.
 * @type {[string, Setting, (index: number) => string][]}
 */
const SPLIT = [
  ["e-mail over elements", "emails", (at) => `<p><b>jane.${word(at)}</b>@<i>${word(at)}.example</i></p>`],
  ["e-mail over deep elements", "emails", (at) => `<p><b><u>${word(at)}</u></b><span>@</span><i><em>${word(at)}</em>.example</i></p>`],
  ["e-mail over comments", "emails", (at) => `<p>${word(at)}<!-- -->@<!-- -->${word(at)}.example</p>`],
  ["spelled e-mail over elements", "emails", (at) => `<p><b>${word(at)}</b> <small>(at)</small> <i>${word(at)}.example</i></p>`],
  ["e-mail behind its label", "emails", (at) => `<p><span>E-mail:</span><a>${word(at)}</a><a>@${word(at)}.example</a></p>`],
  ["number over elements", "numbers", (at) => `<p>19<b>29</b> ${number(at)}<i> 5678</i></p>`],
];

/** Attributes that scripts set later, on which element. @type {[string, string, Rule][]} */
const SET = [
  ["p", "title", "attribute"], ["p", "aria-label", "attribute"], ["p", "data-mail", "attribute"], ["img", "alt", "attribute"],
  ["input", "placeholder", "attribute"], ["input", "value", "field"], ["a", "href", "text"], ["p", "id", "text"], ["p", "class", "text"],
  ["input", "data-value", "attribute"], ["option", "label", "attribute"], ["iframe", "srcdoc", "text"], ["user-card", "user-name", "attribute"],
];

/** What scripts do with text, one line of code each; `element` is a fresh `<div>` or what the line before the arrow says. @type {[string, Rule, string, string][]} */
const CHANGED = [
  ["changed data", "text", "<p>x</p>", "element.firstChild.data = text"],
  ["appended data", "text", "<p>x </p>", "element.firstChild.appendData(text)"],
  ["split text", "text", "<p>x</p>", "element.firstChild.data = text; setTimeout(() => element.firstChild.splitText(9), 60)"],
  ["text content", "text", "<p>x</p>", "element.textContent = text"],
  ["inner markup", "text", "<div></div>", "element.innerHTML = '<p></p>'; element.firstChild.append(text)"],
  ["shadow root", "text", "<div></div>", "element.attachShadow({mode: 'open'}).append(text)"],
  ["shadow root later", "text", "<div></div>", "const root = element.attachShadow({mode: 'closed'}); setTimeout(() => root.append(text), 60)"],
  ["comment data", "never", "<p><!-- x --></p>", "element.firstChild.data = text"],
  ["assigned value", "field", "<input>", "element.value = text"],
  ["assigned value of a controlled input", "field", "<input>", "element.value = text; element.setAttribute('value', text)"],
  ["default value", "field", "<input>", "element.defaultValue = text"],
  ["over elements", "text", "<p><b></b><span></span><i></i></p>", "cut(text).forEach((part, at) => { element.children[at].textContent = part })"],
  ["over elements, one by one", "text", "<p><b>-</b><span></span><i></i></p>", "const [a, b, c] = cut(text); element.children[1].append(b); element.children[2].append(c); setTimeout(() => { element.children[0].firstChild.data = a }, 60)"],
  ["over elements, put around", "text", "<p><b></b></p>", "const [a, b, c] = cut(text); const i = document.createElement('i'); i.append(c); element.firstChild.append(a); element.append(b, i)"],
  ["textarea's child", "field", "<textarea>x</textarea>", "element.firstChild.data = text"],
  ["textarea's value", "field", "<textarea></textarea>", "element.value = text"],
  ["new option", "field", "<select></select>", "element.append(new Option(text, text, true, true))"],
  ["option's text", "field", "<select><option>x</select>", "element.options[0].text = text"],
  ["into an editable", "field", "<div contenteditable>x </div>", "element.append(text)"],
  ["editable later", "field", "<div>x</div>", "element.contentEditable = true; setTimeout(() => { element.textContent = text }, 60)"],
  ["role later", "field", "<div>x</div>", "element.setAttribute('role', 'textbox'); element.textContent = text"],
  ["moved into an editable", "field", "<div contenteditable></div>", "const p = document.createElement('p'); p.append(text); element.append(p)"],
  ["password assigned", "never", "<input type=password>", "element.value = text"],
  ["password shown", "never", "<input type=password>", "element.value = text; setTimeout(() => { element.type = 'text' }, 60)"],
  ["password shown, then typed", "never", "<input type=password>", "element.type = 'text'; setTimeout(() => { element.value = text }, 60)"],
  ["password cloned", "never", "<input type=password name=pw>", "element.value = text; element.type = 'text'; const copy = element.cloneNode(); copy.value = text; element.replaceWith(copy)"],
  ["password made anew", "never", "<form><input type=password name=pw2></form>", "setTimeout(() => { element.innerHTML = '<input type=text name=pw2>'; element.firstChild.value = text }, 60)"],
  ["password's attribute", "never", "<input type=password>", "element.setAttribute('value', text); element.type = 'text'"],
  ["inserted rule", "text", "<style></style>", "element.sheet.insertRule(`.y::after { content: ${JSON.stringify(text)} }`)"],
  ["style's text", "text", "<style></style>", "element.append(`.y::after { content: ${JSON.stringify(text)} }`)"],
  ["adopted sheet", "text", "<div></div>", "const sheet = new CSSStyleSheet(); sheet.replaceSync(`.y::after { content: ${JSON.stringify(text)} }`); element.attachShadow({mode: 'open'}).adoptedStyleSheets = [sheet]"],
  ["style property", "text", "<p>x</p>", "element.style.setProperty('--user', JSON.stringify(text))"],
  ["error message", "text", "<p></p>", "dispatchEvent(new ErrorEvent('error', {message: text}))"],
  ["console", "never", "<p></p>", "console.debug(text)"],
  ["clipboard", "never", "<p></p>", "const clip = new DataTransfer(); clip.setData('text/plain', text); element.dispatchEvent(new ClipboardEvent('paste', {clipboardData: clip, bubbles: true}))"],
  ["file name", "never", "<input type=file>", "const list = new DataTransfer(); list.items.add(new File(['x'], text)); element.files = list.files; element.dispatchEvent(new Event('change', {bubbles: true}))"],
  ["tag", "never", "<p></p>", "revisit('tag', 'mail', text)"],
  ["event", "never", "<p></p>", "revisit('event', 'ordered', {mail: text, more: {mail: text}})"],
  ["object in an event", "never", "<p></p>", "revisit('event', 'viewed', {list: [text]})"],
  ["document title", "text", "<p></p>", "document.title = text; history.pushState(null, '', '#' + Math.random().toString(36).slice(2, 6))"],
  ["pushed query", "attribute", "<p></p>", "history.pushState(null, '', '?user=' + encodeURIComponent(text))"],
  ["pushed path", "text", "<p></p>", "history.pushState(null, '', '/user/' + encodeURIComponent(text) + '/')"],
  ["replaced fragment", "attribute", "<p></p>", "history.replaceState(null, '', '#mail=' + encodeURIComponent(text))"],
  ["blocked late", "never", "<div data-revisit=block></div>", "element.append(text)"],
  ["unblocked and blocked again", "never", "<div class=rr-block></div>", "element.append(text)"],
  ["detached and put back", "field", "<div contenteditable></div>", "const parent = element.parentNode; element.remove(); element.append(text); parent.append(element)"],
];

/** Kinds that stay in a name (a token has an `@` or five digits), or that an address cannot hold as they are. */
const NO_TOKEN = /name|spelled|encoded|phone|card$|IBAN|digits/;
const ODD = /** @type {Record<string, RegExp>} */ ({
  id: NO_TOKEN, class: NO_TOKEN, name: NO_TOKEN, for: NO_TOKEN, "id set later": NO_TOKEN, "class set later": NO_TOKEN,
  mailto: /name|phone|card|IBAN|id in|digits|token|key|spelled/,
  tel: /name|mail|token|key|IBAN|id in|digits/,
  "document title": /^(?!email|phone|key)/, "pushed query": /^(?!email|phone|key)/, "pushed path": /^(?!email|phone|key)/, "replaced fragment": /^(?!email|phone|key)/,
  // Parts of numbers that may be seen would make other numbers of what stands beside them in a frame.
  "over elements": /phone|id in|digits/,
  // And nothing tells what the last part of a card or an account is before its first part has come.
  "over elements, one by one": /phone|id in|digits|card|IBAN/, "over elements, put around": /phone|id in|digits/,
  host: /spelled|encoded|IBAN|card|phone|international|name|id in/,
});

/** @returns {{html: string, path: string, canaries: Canary[], typed: Record<string, string>}} */
export function canaryPage() {
  /** @type {Canary[]} */
  const canaries = [];
  /** @type {string[]} */
  const body = [];
  /** @type {[string, string, string][]} markup, code, datum */
  const changes = [];

  /**
   * @param {string} place
   * @param {string} kind
   * @param {Rule} rule
   * @param {Setting[] | null} needs
   */
  const plant = (place, kind, rule, needs) => {
    const index = canaries.length + 1;
    const all = rule === "never" || !needs ? null : rule === "attribute" ? ALL : rule === "field" ? /** @type {Setting[]} */ (["forms", ...needs]) : needs;
    canaries.push({ index, place, kind, needs: all });
    return index;
  };
  /** @param {Rule} rule */
  const kindsFor = (rule) => Object.entries(rule === "text" ? KINDS : { ...KINDS, name: NAME });

  for (const [place, rule, markup] of MARKUP) {
    for (const [kind, { needs, write }] of kindsFor(rule)) {
      if (ODD[place]?.test(kind)) continue;
      for (let time = 0; time < TIMES; time += 1) {
        const datum = escape(write(plant(place, kind, rule, needs)));
        body.push(markup.replaceAll("$2", escape(datum)).replaceAll("$", datum));
      }
    }
  }
  for (const [place, setting, write] of SPLIT) {
    for (let time = 0; time < 10; time += 1) body.push(write(plant(place, "split", "text", [setting])));
  }
  for (const [tag, name, rule] of SET) {
    for (const [kind, { needs, write }] of kindsFor(rule)) {
      if (ODD[`${name} set later`]?.test(kind)) continue;
      const datum = write(plant(`${name} set later`, kind, rule, needs));
      changes.push([`<${tag}></${tag}>`, `element.setAttribute(${JSON.stringify(name)}, text)`, datum]);
    }
  }
  for (const [place, rule, markup, change] of CHANGED) {
    for (const [kind, { needs, write }] of kindsFor(rule)) {
      if (!ODD[place]?.test(kind)) changes.push([markup, change, write(plant(place, kind, rule, needs))]);
    }
  }
  for (const [place, rule, markup] of MARKUP) {
    if (/script|JSON|meta|shadow|frame/.test(place)) continue;
    for (const [kind, { needs, write }] of kindsFor(rule)) {
      if (ODD[place]?.test(kind)) continue;
      const datum = escape(write(plant(`${place}, inserted`, kind, rule, needs)));
      changes.push(["<div></div>", "element.innerHTML = text", markup.replaceAll("$", datum)]);
    }
  }

  /** @type {Record<string, string>} by the id of a field */
  const typed = {};
  for (const [id, rule] of /** @type {[string, Rule][]} */ ([["typed", "field"], ["area", "field"], ["editable", "field"], ["box", "field"], ["password", "never"], ["payment", "never"]])) {
    typed[id] = [TYPED, KINDS.phone, NAME].map((kind) => kind?.write(plant(`typed into ${id}`, "typed", rule, kind.needs))).join(" ");
  }
  const clicked = KINDS.email?.write(plant("clicked", "email", "text", ["emails"]));
  const at = plant("address", "email", "text", ["emails"]);
  const inQuery = plant("query", "email", "attribute", []);
  const inFragment = plant("fragment", "phone", "attribute", []);
  const inTitle = plant("title", "email", "text", ["emails"]);
  const path = `/user/jane.${word(at)}@${word(at)}.example/?mail=${word(inQuery)}%40mail.example&card=${number(inQuery)}#tel=+49${number(inFragment)}`;

  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Account of jane.${word(inTitle)}@mail.example</title><!-- revisit --></head><body>
<h1>Marigold account</h1>
<p id="clicked">${clicked}</p>
<input id="typed"><textarea id="area"></textarea><div id="editable" contenteditable></div><div id="box" role="textbox" tabindex="0" contenteditable></div>
<input id="password" type="password"><input id="payment" autocomplete="cc-number">
<main>${body.join("\n")}</main>
<div id="late"></div>
<script>
const changes = ${JSON.stringify(changes).replaceAll("<", "\\u003c")};
const cut = (text) => {
  const at = text.search(/[@(%]|\\d{4}/);
  const [from, to] = at < 0 ? [9, 10] : [at, at + (text[at] === "(" ? 4 : text[at] === "%" ? 3 : 1)];
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
};
const pause = (time) => new Promise((done) => setTimeout(done, time));
window.late = async (from, to) => {
  const place = document.querySelector("#late");
  const made = changes.slice(from, to).map(([markup, code, text]) => {
    const holder = document.createElement("div");
    holder.innerHTML = markup;
    place.append(holder);
    return [holder.firstChild, code, text];
  });
  // A field that was a password before the recorder has seen it is known to nobody.
  await revisit("flush");
  for (const [element, code, text] of made) {
    new Function("element", "text", code)(element, text);
    if (code.includes("history.")) await revisit("flush");
  }
  await pause(150);
};
window.changes = changes.length;
</script></body></html>`;
  return { html, path, canaries, typed };
}
