// `revisit('erase')`: the visitor takes the recording of this visit back, and the consent with it.
// In: the call, and the visit that the recorder is in. Out: the withdrawal, then one request with the recording's id and write secret.
// Never: sends anything before what is on its way has been answered: it would be refused, which browsers write on the console.

import { toHex } from "../session.js";
import { fetch } from "./seam.js";

/**
 * @param {[name: string, one?: any, two?: any]} told
 * @param {import("../session.js").Visit} visit
 * @param {import("../recorder.js").Host} host
 * @param {() => Promise<void>} sent
 */
export async function call([name], visit, host, sent) {
  if (name != "erase") return;
  const body = visit.id + toHex(visit.secret);
  /** @type {any} */ (window).revisit("consent", false);
  await sent();
  try {
    await fetch(`${host.collector}v1/erase?k=${host.site}`, { method: "POST", body, keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    // No network: the recording has ended, and goes when its days are over.
  }
}
