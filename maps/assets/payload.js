/* The other half of maps/payload.py: from text to tables and coordinates. */
"use strict";
const Payload = {
  /** Five characters to four bytes; the first character says how many bytes at the end only fill up. */
  bytes(text) {
    const digit = new Uint8Array(128);
    let next = 0;
    for (let code = 33; code < 127; code++) if (!"<>&\"'`\\{}".includes(String.fromCharCode(code))) digit[code] = next++;
    const count = (text.length - 1) / 5, out = new Uint8Array(count * 4), view = new DataView(out.buffer);
    for (let k = 0, at = 1; k < count; k++, at += 5) {
      let value = digit[text.charCodeAt(at)];
      for (let i = 1; i < 5; i++) value = value * 85 + digit[text.charCodeAt(at + i)];
      view.setUint32(k * 4, value);
    }
    return out.subarray(0, out.length - Number(text[0]));
  },

  /** Undo text and gzip, then split header and sections. */
  async open(text) {
    const bytes = Payload.bytes(text.trim());
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const data = new Uint8Array(await new Response(stream).arrayBuffer());
    const length = data[0] | (data[1] << 8) | (data[2] << 16) | (data[3] << 24);
    const header = JSON.parse(new TextDecoder("utf-8").decode(data.subarray(4, 4 + length)));
    return { header, sections: data.subarray(4 + length) };
  },

  /** A section of whole numbers: planes of bytes, low first, zigzag. */
  integers(sections, [offset, count, planes]) {
    const out = new Int32Array(count);
    for (let plane = 0; plane < planes; plane++) {
      const from = offset + plane * count, shift = 8 * plane;
      for (let i = 0; i < count; i++) out[i] |= sections[from + i] << shift;
    }
    for (let i = 0; i < count; i++) out[i] = (out[i] >>> 1) ^ -(out[i] & 1);
    return out;
  },

  /** A column as a function from row to value. */
  column(sections, spec) {
    if ("numbers" in spec) {
      const at = Payload.integers(sections, spec.numbers);
      return (row) => at[row];
    }
    if ("stem" in spec) {
      const at = Payload.integers(sections, spec.steps);
      for (let row = 1; row < at.length; row++) at[row] += at[row - 1];
      return (row) => spec.stem + String(at[row]).padStart(spec.digits, "0");
    }
    if ("list" in spec) return (row) => spec.list[row];
    if ("words" in spec) {
      const at = Payload.integers(sections, spec.at);
      return (row) => spec.words[at[row]];
    }
    return () => spec.one;
  },

  /**
   * Geometries as flat arrays, in Web Mercator scaled to 0..1 (x east, y south): what the canvas needs.
   */
  geometry(sections, spec) {
    const get = (name) => Payload.integers(sections, spec[name]);
    const types = get("types"), perRow = get("paths"), counts = get("counts");
    const startX = get("start_x"), startY = get("start_y"), dx = get("x"), dy = get("y");
    let total = 0;
    for (let p = 0; p < counts.length; p++) total += counts[p];
    const x = new Float64Array(total), y = new Float64Array(total);
    const first = new Uint32Array(counts.length + 1), owner = new Uint32Array(counts.length);
    const box = new Float64Array(counts.length * 4);
    const rowFirst = new Uint32Array(spec.n + 1);
    for (let row = 0, p = 0; row < spec.n; row++) {
      rowFirst[row] = p;
      for (let k = 0; k < perRow[row]; k++) owner[p++] = row;
    }
    rowFirst[spec.n] = counts.length;
    const q = spec.quantum_deg, second = spec.order === 2, rad = Math.PI / 180;
    let sx = 0, sy = 0, d = 0, v = 0;
    for (let p = 0; p < counts.length; p++) {
      sx += startX[p]; sy += startY[p];
      let ix = sx, iy = sy, gx = 0, gy = 0;
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      first[p] = v;
      for (let k = 0; k < counts[p]; k++) {
        if (k) {
          if (second && k > 1) { gx += dx[d]; gy += dy[d]; } else { gx = dx[d]; gy = dy[d]; }
          d++; ix += gx; iy += gy;
        }
        const sine = Math.sin(iy * q * rad);
        const px = (ix * q + 180) / 360;
        const py = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
        x[v] = px; y[v] = py; v++;
        if (px < west) west = px;
        if (px > east) east = px;
        if (py < north) north = py;
        if (py > south) south = py;
      }
      box.set([west, north, east, south], p * 4);
    }
    first[counts.length] = v;
    return { n: spec.n, types, x, y, first, owner, box, rowFirst, paths: counts.length };
  },
};
