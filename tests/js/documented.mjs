/**
 * The code of a document: by the heading of its section, the language and the text of its block. There is one to a section.
 */
export function documented(text) {
  const sections = text.split(/^## /m);
  const found = sections.map((section) => [/^.*/.exec(section)[0], /^```([jt]s)\n(.*?)^```$/ms.exec(section)]);
  return new Map(
    found.flatMap(([heading, block]) => (block ? [[heading, { language: block[1], code: block[2] }]] : [])),
  );
}
