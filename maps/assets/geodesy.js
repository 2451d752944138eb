/* Lengths and areas on the ellipsoid of WGS 84, for measuring. Longitudes and latitudes in degrees. */
"use strict";
const Geodesy = {
  A: 6378137, F: 1 / 298.257223563,

  /** Length of the geodesic between two points in metres (Vincenty 1975); NaN for points nearly opposite on the globe. */
  distance(lon1, lat1, lon2, lat2) {
    const { A, F } = Geodesy, rad = Math.PI / 180, b = A * (1 - F);
    const L = (lon2 - lon1) * rad;
    const u1 = Math.atan((1 - F) * Math.tan(lat1 * rad)), u2 = Math.atan((1 - F) * Math.tan(lat2 * rad));
    const s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
    let lambda = L, sinS = 0, cosS = 1, sigma = 0, cosSqA = 1, cos2M = 0;
    for (let k = 0; k < 200; k++) {
      const sl = Math.sin(lambda), cl = Math.cos(lambda);
      sinS = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sinS === 0) return 0;
      cosS = s1 * s2 + c1 * c2 * cl;
      sigma = Math.atan2(sinS, cosS);
      const sinA = (c1 * c2 * sl) / sinS;
      cosSqA = 1 - sinA * sinA;
      cos2M = cosSqA ? cosS - (2 * s1 * s2) / cosSqA : 0;
      const C = (F / 16) * cosSqA * (4 + F * (4 - 3 * cosSqA));
      const next = L + (1 - C) * F * sinA * (sigma + C * sinS * (cos2M + C * cosS * (2 * cos2M * cos2M - 1)));
      const moved = Math.abs(next - lambda);
      lambda = next;
      if (moved < 1e-12) {
        const uSq = (cosSqA * (A * A - b * b)) / (b * b);
        const P = 1 + (uSq / 16384) * (4096 + uSq * (-768 + uSq * (320 - 175 * uSq)));
        const Q = (uSq / 1024) * (256 + uSq * (-128 + uSq * (74 - 47 * uSq)));
        const dS = Q * sinS * (cos2M + (Q / 4) * (cosS * (2 * cos2M * cos2M - 1) - (Q / 6) * cos2M * (4 * sinS * sinS - 3) * (4 * cos2M * cos2M - 3)));
        return b * P * (sigma - dS);
      }
    }
    return NaN;
  },

  /** The point a share of the way along the great circle between two points: near enough to the geodesic to cut it into pieces. */
  between(lon1, lat1, lon2, lat2, share) {
    const rad = Math.PI / 180, v = (lon, lat) => [Math.cos(lat * rad) * Math.cos(lon * rad), Math.cos(lat * rad) * Math.sin(lon * rad), Math.sin(lat * rad)];
    const p = v(lon1, lat1), q = v(lon2, lat2), angle = Math.acos(Math.max(-1, Math.min(1, p[0] * q[0] + p[1] * q[1] + p[2] * q[2])));
    if (angle < 1e-12) return [lon1, lat1];
    const a = Math.sin((1 - share) * angle) / Math.sin(angle), c = Math.sin(share * angle) / Math.sin(angle);
    const [x, y, z] = [0, 1, 2].map((k) => a * p[k] + c * q[k]);
    return [Math.atan2(y, x) / rad, Math.atan2(z, Math.hypot(x, y)) / rad];
  },

  /**
   * Area of a polygon in square metres. On the sphere of the same area (authalic latitudes, Snyder 1987, p. 16), with
   * sides cut so short that a geodesic and a straight line in longitude and sine of latitude do not differ.
   */
  area(ring) {
    const { A, F } = Geodesy, rad = Math.PI / 180, e2 = F * (2 - F), e = Math.sqrt(e2);
    const q = (sine) => (1 - e2) * (sine / (1 - e2 * sine * sine) - Math.log((1 - e * sine) / (1 + e * sine)) / (2 * e));
    const full = q(1), radiusSq = (A * A * full) / 2;
    let sum = 0;
    for (let k = 0; k < ring.length; k++) {
      const [lon1, lat1] = ring[k], [lon2, lat2] = ring[(k + 1) % ring.length];
      const pieces = Math.max(1, Math.ceil(Math.hypot(lon2 - lon1, lat2 - lat1) / 0.02));
      let [px, py] = [lon1, lat1];
      for (let i = 1; i <= pieces; i++) {
        const [x, y] = i === pieces ? [lon2, lat2] : Geodesy.between(lon1, lat1, lon2, lat2, i / pieces);
        let step = x - px;
        if (step > 180) step -= 360; else if (step < -180) step += 360;
        sum += step * rad * ((q(Math.sin(py * rad)) + q(Math.sin(y * rad))) / full / 2);
        [px, py] = [x, y];
      }
    }
    return Math.abs(sum) * radiusSq;
  },
};
