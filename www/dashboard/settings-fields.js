// @ts-check
// The settings of a site as a table: what each is called, what it means, how it is written. In: values of a form. Out:
// values of the API, and only those that changed. Pure.

/**
 * @typedef {object} Field
 * @property {string} name  of the API
 * @property {string} label
 * @property {string} [hint]
 * @property {"switch" | "text" | "lines" | "number" | "percent" | "choice"} kind
 * @property {"selector" | "pattern"} [each] what each line of `lines` is
 * @property {string[]} [choices]
 * @property {number} [max]
 * @property {true} [inert] stored by the API, but nothing acts on it yet: not offered, since a switch without effect is a
 *   false promise
 */

/** @type {readonly { title: string, note?: string, fields: Field[] }[]} */
export const SECTIONS = [
  {
    title: "Recording",
    fields: [
      { name: "enabled", kind: "switch", label: "Record this site", hint: "Off: nothing new is recorded, and pages ask for nothing but this setting." },
      { name: "record_mobile", kind: "switch", label: "Record mobile devices", hint: "Phones and tablets." },
      { name: "record_form_inputs", kind: "switch", label: "Record form inputs", hint: "What visitors type and choose. Passwords and payment fields are never recorded." },
      { name: "record_numbers", kind: "switch", label: "Record numbers", hint: "Off: every digit is shown as 0." },
      { name: "record_emails", kind: "switch", label: "Record e-mail addresses", hint: "Off: they are shown as •@•." },
    ],
  },
  {
    title: "Pages and visits",
    fields: [
      { name: "excluded_pages", kind: "lines", each: "pattern", label: "Pages that are not recorded", hint: "One pattern a line, on the path: /account/* or re:^/orders/[0-9]+$" },
      { name: "included_pages", kind: "lines", each: "pattern", label: "Record only these pages", hint: "Empty: all pages." },
      { name: "sample_rate", kind: "percent", label: "Share of visits recorded, in percent" },
      { name: "min_duration", kind: "number", label: "Shortest visit kept, in seconds", max: 3600 },
      { name: "skip_bots", kind: "switch", label: "Do not record automated browsers" },
      { name: "never_record", kind: "lines", label: "Never record", hint: "Ids given to identify, e-mail addresses (kept as their SHA-256), or networks such as 192.0.2.0/24; one a line." },
    ],
  },
  {
    title: "Privacy",
    fields: [
      { name: "consent", kind: "choice", choices: ["none", "required"], label: "Consent", hint: "required: nothing is recorded until the page calls revisit('consent', true)." },
      { name: "respect_gpc", kind: "switch", label: "Respect Global Privacy Control" },
      { name: "visitor_days", kind: "number", label: "Recognise a visitor for this many days", hint: "0: every visit is a new visitor, until there is consent.", max: 730 },
      { name: "record_ip", kind: "switch", label: "Store full IP addresses", hint: "Off: only a shortened address is ever stored." },
      { name: "record_properties", kind: "switch", label: "Record values of tags and events" },
      { name: "record_canvas", kind: "switch", label: "Record canvas pictures", hint: "As they look: nothing in them is masked. Mark a canvas to leave it out." },
      { name: "record_console", kind: "switch", label: "Record errors and warnings of the console", hint: "Their text is masked like the page's." },
      { name: "record_web_vitals", kind: "switch", label: "Record web vitals", hint: "How long the page took to show and to answer, and how much it jumped." },
      { name: "block_selectors", kind: "lines", each: "selector", label: "Elements that are not recorded", hint: "CSS selectors, one a line. Only their size is kept." },
      { name: "mask_selectors", kind: "lines", each: "selector", label: "Elements whose text is masked", hint: "CSS selectors, one a line." },
      { name: "allow_unmask", kind: "switch", label: "Let marks in the page unmask", hint: "Never for secrets." },
      { name: "unmask_selectors", kind: "lines", each: "selector", label: "Elements whose text is shown", hint: "CSS selectors, one a line. Only with the setting above." },
    ],
  },
  {
    title: "Site",
    fields: [
      { name: "name", kind: "text", label: "Name" },
      { name: "allowed_origins", kind: "lines", label: "Addresses of the site", hint: "Origins such as https://shop.example, one a line. Recordings are accepted from these only." },
      { name: "plan", kind: "choice", choices: ["free", "standard", "pro"], label: "Plan", hint: "A change applies at once." },
      { name: "time_zone", kind: "text", label: "Time zone", hint: "Months are counted in it, from the next one on: Europe/Prague" },
      { name: "embed_origins", kind: "lines", label: "Who may show the conversation panel", hint: "Origins of the chat tool, such as https://app.chat.example, one a line. Nobody else can frame it." },
      { name: "webhook_url", kind: "text", label: "Webhook", hint: "Told when a recording is ready or has expired, and when the plan is nearly or wholly used up. An address in a private network must be listed by the collector’s operator." },
      { name: "assets", kind: "choice", inert: true, choices: ["off", "site"], label: "Pictures and fonts", hint: "site: kept with the recordings, as they were." },
    ],
  },
];

/** @param {readonly Field[]} fields @returns {Field[]} those that do what they say */
export const offered = (fields) => fields.filter((field) => !field.inert);

/** @param {Field} field @param {unknown} value of the API @returns {string | boolean} of the form */
export function written(field, value) {
  if (field.kind === "switch") return value === true;
  if (field.kind === "lines") return Array.isArray(value) ? value.join("\n") : "";
  if (field.kind === "percent") return String(Math.round(Number(value ?? 1) * 10_000) / 100);
  return value === null || value === undefined ? "" : String(value);
}

/** @param {Field} field @param {string | boolean} value of the form @returns {unknown} of the API */
export function read(field, value) {
  if (field.kind === "switch") return value === true;
  const text = String(value).trim();
  if (field.kind === "lines") return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (field.kind === "percent") return Math.min(100, Math.max(0, Number(text) || 0)) / 100;
  if (field.kind === "number") return Math.max(0, Math.floor(Number(text) || 0));
  return text === "" && field.name === "webhook_url" ? null : text;
}

/**
 * @param {readonly Field[]} fields @param {Record<string, unknown>} site as it is
 * @param {(field: Field) => string | boolean} valueOf what the form says
 * @returns {Record<string, unknown>} what a PATCH has to say
 */
export function changes(fields, site, valueOf) {
  const changed = fields.filter((field) => field.name in site && written(field, site[field.name]) !== written(field, read(field, valueOf(field))));
  return Object.fromEntries(changed.map((field) => [field.name, read(field, valueOf(field))]));
}

/**
 * What a recorder could not read: it would hide, or leave out, everything rather than too little.
 * @param {Field} field @param {unknown} value of the API @param {(text: string) => boolean} isSelector asks the browser
 * @returns {string} one sentence, "" when all is well
 */
export function unreadable(field, value, isSelector) {
  const lines = field.each && Array.isArray(value) ? value.map(String) : [];
  const bad = lines.find((line) => field.each === "selector" ? !isSelector(line) : line.startsWith("re:") && !isExpression(line.slice(3)));
  if (bad === undefined) return "";
  return `${field.label}: “${bad}” is no ${field.each === "selector" ? "CSS selector" : "regular expression"}.`;
}

/** @param {string} text */
function isExpression(text) {
  try {
    return RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
