/* Elements and phrases. Every word from the data is set as text, never as markup. */
"use strict";

/** Build an element; children are elements or text. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "style") Object.assign(node.style, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

/** A line drawing of 16 by 16, one path per stroke. */
function icon(...paths) {
  return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, ...paths.map((d) =>
    svg("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round" })));
}

/** Fill {0}, {1} … of a phrase. */
const phrase = (text, ...values) => text.replace(/\{(\d)\}/g, (_, i) => String(values[+i]));
const grouped = (value, digits) => Number(value).toLocaleString("en-US", { maximumFractionDigits: digits || 0 });
