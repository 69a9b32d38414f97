// The page's API. `revisit` is safe to call at any time, before the script has come (with the stub of the install snippet)
// and when nothing is recorded; it never throws.

/** `*` stands for any characters, the whole path must match; `re:` and a regular expression, or a RegExp, must be found in it. */
export type Pattern = string | RegExp;

/** Why nothing is recorded now. Other words may come. */
export type Reason =
  | "starting" // not decided yet
  | "opted_out" // revisit('optOut')
  | "stopped" // revisit('stop')
  | "paused" // revisit('pause')
  | "excluded" // the site's or the page's patterns leave this path out
  | "framed" // the page around this frame records it
  | "mobile" // and the site does not record those
  | "gpc" // Global Privacy Control, which the site respects
  | "bot" // an automated browser, which the site skips
  | "consent" // required and not given, or withdrawn
  | "sample" // this visit was not chosen
  | "disabled" | "plan" | "quota" // the site's switch, plan, or month
  | "never_record" // the site does not record this network
  | "blocked" // the page's content security policy, or the browser, refuses the recorder
  | "refused" // the collector does not know the key or the origin
  | "unavailable" // no answer, or none after ten attempts
  | "erased" // the recording was erased while it ran
  | "idle" // 30 minutes without input; the next input begins a new recording
  | "closed" // two hours; likewise
  | (string & {});

export interface State {
  recording: boolean;
  /** null while recording. */
  reason: Reason | null;
  /** The recording's id, as in the operators' API; null when there is none. */
  id: string | null;
  /** The page's id inside the recording; null when there is none. */
  page: string | null;
}

/** All but `site` and `collector` can only make recording stricter than the site's settings. */
export interface Options {
  /** The site's public key, where the script tag has no `data-site`. */
  site?: string;
  /** Where the collector is, unless the script comes from there. */
  collector?: string;
  exclude?: Pattern | Pattern[];
  include?: Pattern | Pattern[];
  /** Masks all that can be masked. */
  maskAll?: boolean;
  record_mobile?: false;
  record_form_inputs?: false;
  record_numbers?: false;
  record_emails?: false;
  record_properties?: false;
  record_canvas?: false;
  record_console?: false;
  record_web_vitals?: false;
  allow_unmask?: false;
  /** 0 … 1; the smaller of this and the site's. */
  sample_rate?: number;
  consent?: "required";
  respect_gpc?: true;
  skip_bots?: true;
  /** The smaller of this and the site's. */
  visitor_days?: number;
  block_selectors?: string | string[];
  mask_selectors?: string | string[];
}

export interface Revisit {
  (call: "init", options: Options): void;
  /** Pages that are not recorded, beside those that the site excludes. Takes effect at once. */
  (call: "exclude", patterns: Pattern | Pattern[]): void;
  /** Only these pages are recorded, among those that the site includes. Takes effect at once. */
  (call: "include", patterns: Pattern | Pattern[]): void;
  (call: "start" | "stop" | "pause" | "resume"): void;
  /** Given: allows a lasting visitor id, and recording where the site requires consent. Withdrawn: stops and forgets the visitor. */
  (call: "consent", given: boolean): void;
  /** Erases the recording of this visit, and withdraws the consent. Does nothing where the page is not recorded. */
  (call: "erase"): void;
  /** Stops, forgets the visitor, and lasts in this browser until `optIn`. */
  (call: "optOut" | "optIn"): void;
  /** Who the visitor is. Kept as the recording's facts, masked in no way, reached by erasure. */
  (call: "identify", traits: { id?: string; name?: string; email?: string; [trait: string]: unknown }): void;
  /** Values are masked unless the site records properties. */
  (call: "tag", key: string, value: unknown): void;
  (call: "event", name: string, props?: Record<string, unknown>): void;
  /** The chat tool's id of the conversation with this visitor. */
  (call: "conversation", id: string): void;
  /** Called with the recording's address for operators, once there is a recording. */
  (call: "link", callback: (url: string) => void): void;
  /** Resolved when all that was captured before is acknowledged or given up. */
  (call: "flush"): Promise<void>;
  (call: "state"): State;
}

declare global {
  interface Window {
    revisit: Revisit;
  }
  const revisit: Revisit;
}

/** `import revisit from "revisit"`: the page's one recorder. Nothing happens, and nothing is answered, where there is no window. */
declare const recorder: Revisit;
export default recorder;
