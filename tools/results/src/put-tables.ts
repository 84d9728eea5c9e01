/** Where a page shows a table of a document that was made. */
const PLACE = /(<!-- from (\S+): (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * A page with the tables that it shows of other documents, by file and caption, as they are now.
 *
 * @throws Error where a document has no such table
 */
export function putTables(page: string, documents: ReadonlyMap<string, string>): string {
  return page.replace(PLACE, (_, begin: string, file: string, caption: string, end: string) => {
    const document = documents.get(file);
    return document === undefined ? _ : `${begin}\n${tableOf(document, { file, caption })}\n\n${end}`;
  });
}

function tableOf(
  document: string,
  { file, caption }: { readonly file: string; readonly caption: string },
): string {
  const [, after] = document.split(`**${caption}**\n\n`);
  const lines = after?.split('\n') ?? [];
  const length = lines.findIndex((line) => !line.startsWith('|'));
  if (length < 1) throw new Error(`${file} has no table “${caption}”: the page asks for one that isn’t made`);
  return lines.slice(0, length).join('\n');
}
