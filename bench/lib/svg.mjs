// Horizontal bars as SVG, readable on light and dark pages.

const WIDTH = 720;
const LABEL = 190;
const ROW = 20;
const NUMBER = 110;

/**
 * `groups` are `{ name, rows: [{ label, value, text?, ours? }] }`: bars of one scale, so that they can be compared. A
 * row may have `parts` instead of a value, which are laid end to end.
 */
export function barChart({ title, groups, limit }) {
  const all = groups.flatMap(({ rows }) => rows.map(total));
  const scale = (WIDTH - LABEL - NUMBER) / Math.max(...all, limit?.value ?? 0);
  const lines = [];
  let y = 34;
  for (const { name, rows } of groups) {
    if (name) lines.push(text(8, (y += 18) - 6, name, "group"));
    for (const row of rows) {
      lines.push(text(LABEL - 8, y + 14, row.label, "end"), ...bars(row, y, scale));
      y += ROW;
    }
    y += 6;
  }
  if (limit) lines.push(...limitLine(limit, scale, y));
  if (limit) y += 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" width="${WIDTH}" height="${y + 8}" role="img">
<title>${escaped(title)}</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 14px } .group { font-weight: 600 }
.end { text-anchor: end } .bar { fill: #9aa5b1 } .part { fill: #c5ccd4 } .ours { fill: #2f6fde } .ours.part { fill: #8fb3f0 }
line { stroke: #c0392b; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .bar { fill: #6b7683 } .part { fill: #4a535d } }
</style>
${text(8, 20, title, "title")}
${lines.join("\n")}
</svg>
`;
}

const total = ({ value, parts }) => (parts ? parts.reduce((sum, part) => sum + part, 0) : value);

function bars(row, y, scale) {
  let x = LABEL;
  const drawn = (row.parts ?? [row.value]).map((value, index) => {
    const width = Math.max(value * scale, 1);
    const kind = `bar${row.ours ? " ours" : ""}${row.parts && index === 0 ? " part" : ""}`;
    const bar = `<rect class="${kind}" x="${round(x)}" y="${y + 2}" width="${round(width)}" height="${ROW - 4}"/>`;
    x += width;
    return bar;
  });
  return [...drawn, text(round(x + 6), y + 14, row.text ?? String(round(total(row))))];
}

function limitLine({ value, label }, scale, bottom) {
  const x = round(LABEL + value * scale);
  return [`<line x1="${x}" y1="34" x2="${x}" y2="${bottom + 8}"/>`, text(x + 6, bottom + 8, label)];
}

function text(x, y, content, kind) {
  return `<text x="${x}" y="${y}"${kind ? ` class="${kind}"` : ""}>${escaped(content)}</text>`;
}

const escaped = (value) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const round = (value) => Math.round(value * 10) / 10;
