// The visitor's cart, kept in this browser's localStorage.
// In: product ids and amounts. Out: the lines with their sums; a "cart" event on window when it changes.
// Never: leaves the browser.

import { findProduct } from "./products.js";

const PLACE = "saltmarsh.cart";

/** @typedef {{product: import("./products.js").Product, amount: number}} Line */

/** @returns {Record<string, number>} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

/** @param {Record<string, number>} amounts */
function write(amounts) {
  localStorage.setItem(PLACE, JSON.stringify(amounts));
  window.dispatchEvent(new CustomEvent("cart"));
}

/** @returns {Line[]} */
export function lines() {
  return Object.entries(read()).flatMap(([id, amount]) => {
    const product = findProduct(id);
    return product && amount > 0 ? [{ product, amount }] : [];
  });
}

/** @param {string} id @param {number} amount */
export function add(id, amount) {
  const amounts = read();
  amounts[id] = (amounts[id] ?? 0) + amount;
  write(amounts);
}

/** @param {string} id @param {number} amount none removes the line */
export function change(id, amount) {
  const amounts = read();
  if (amount > 0) amounts[id] = amount;
  else delete amounts[id];
  write(amounts);
}

export function empty() {
  write({});
}

/** @returns {number} */
export function count() {
  return lines().reduce((sum, line) => sum + line.amount, 0);
}

/** @returns {number} */
export function total() {
  return lines().reduce((sum, line) => sum + line.amount * line.product.price, 0);
}
