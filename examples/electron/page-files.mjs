// @ts-check
// The window's page as an answer to app:// requests: three files, and a policy that lets nothing else in.
import { readFile } from "node:fs/promises";

export const ORIGIN = "app://foretoken";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** @type {Record<string, string>} */
const TYPES = {
  "/index.html": "text/html",
  "/page.js": "text/javascript",
  "/page.css": "text/css",
};

/** @param {string} url @returns {Promise<Response>} 404 for all that is not the page's */
export async function answer(url) {
  const { pathname } = new URL(url);
  const type = Object.hasOwn(TYPES, pathname) ? TYPES[pathname] : undefined;
  if (type === undefined) return new Response("not found", { status: 404 });
  const body = await readFile(new URL(`page${pathname}`, import.meta.url));
  return new Response(body, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
    },
  });
}
