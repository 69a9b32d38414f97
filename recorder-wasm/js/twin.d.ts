// The recorder's module as JavaScript: the build makes `pkg/twin.js` from the wasm module, with the same exports.
export const memory: { buffer: ArrayBuffer };
