import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFilm } from './encode-film.ts';
import { encodePng } from './encode-png.ts';
import { renderReport } from './render-report.ts';
import type { Report, Section } from './report.ts';
import { movingColors } from './moving-colors.test.fixture.ts';
import { writeReport } from './write-report.ts';

const HOSTILE = `</title></style></svg><script>alert(1)</script><img src=x onerror="alert(2)">'"&{{x}}`;

let report: Report;
beforeAll(async () => {
  const image = await encodePng(movingColors(1, 8, 8));
  const film = await encodeFilm(movingColors(3, 16, 16), { fps: 30 });
  report = sample('Loss', { image, film });
});

/** One of everything, with `name` wherever text goes. */
function sample(name: string, media: { image: Awaited<ReturnType<typeof encodePng>>; film: Awaited<ReturnType<typeof encodeFilm>> }): Report {
  const interval = { mean: 2, low: 1.5, high: 2.5 };
  const points: [number, number][] = [[0, 3], [1, NaN], [2, 1]];
  return {
    title: name,
    subtitle: name,
    sections: [
      { kind: 'heading', text: name },
      { kind: 'heading', text: 'Second' },
      { kind: 'heading', text: name, level: 3 },
      { kind: 'prose', paragraphs: [name, `a \`${name.replaceAll('`', '')}\` and **strong** end`] },
      { kind: 'facts', facts: [{ name, value: name }] },
      {
        kind: 'table',
        caption: name,
        note: name,
        columns: [{ key: 'n', title: name }, { key: 'v', title: 'V', unit: name, best: 'lowest' }],
        rows: [
          { cells: { n: name, v: interval } },
          { cells: { n: 'b', v: 3 } },
          { cells: { n: 'ceiling', v: 0.5 }, reference: true },
        ],
      },
      {
        kind: 'lineChart',
        width: 'half',
        title: name,
        xLabel: name,
        yLabel: name,
        series: [{ name, points }, { name: 'second', points, style: 'dashed' }],
        references: [{ name, value: 5 }],
      },
      { kind: 'barChart', width: 'half', title: name, valueLabel: name, bars: [{ name, value: interval }, { name, value: 1, reference: true }] },
      { kind: 'barChart', title: name, valueLabel: name, mark: 'dot', bars: [{ name, value: { ...interval, low: -Infinity } }] },
      { kind: 'lineChart', title: name, xLabel: 'x', yLabel: 'y', yScale: 'log', series: [{ name, points: [[5, 0.1]] }] },
      { kind: 'images', caption: name, columns: [name, 'b'], rows: [{ label: name, images: [media.image] }], scale: 2 },
      { kind: 'films', caption: name, films: [{ label: name, film: media.film }] },
    ],
  };
}

type Element = DefaultTreeAdapterTypes.Element;

/** Parses strictly and lists all elements. */
function elementsOf(page: string): Element[] {
  const errors: string[] = [];
  const document = parse(page, { onParseError: ({ code, startLine }) => errors.push(`${code} in line ${startLine}`) });
  expect(errors).toEqual([]);
  const elements: Element[] = [];
  const visit = (node: DefaultTreeAdapterTypes.Node) => {
    if ('tagName' in node) elements.push(node);
    if ('childNodes' in node) node.childNodes.forEach(visit);
  };
  visit(document);
  return elements;
}

const attributesOf = (element: Element) => new Map(element.attrs.map(({ name, value }) => [name, value]));
const named = (elements: Element[], tag: string) => elements.filter(({ tagName }) => tagName === tag);

describe('renderReport', () => {
  it('parses without an error and has one of everything', () => {
    const elements = elementsOf(renderReport(report));
    expect(named(elements, 'svg')).toHaveLength(4);
    expect(named(elements, 'video')).toHaveLength(1);
    expect(named(elements, 'img')).toHaveLength(1);
    expect(named(elements, 'nav')).toHaveLength(1);
    const ids = elements.flatMap((element) => attributesOf(element).get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('loads nothing: no address of any kind outside the page, no script, a policy that forbids both', () => {
    const page = renderReport(report);
    expect(page).not.toMatch(/https?:/i);
    expect(page).not.toMatch(/@import|<link|<script|<iframe|<object/i);
    for (const element of elementsOf(page)) {
      for (const [name, value] of attributesOf(element)) {
        expect(name).not.toMatch(/^on/);
        if (['src', 'href', 'poster', 'xlink:href'].includes(name)) expect(value).toMatch(/^(data:(image\/png|video\/mp4);base64,|#)/);
      }
    }
    for (const [, target] of page.matchAll(/url\(([^)]*)\)/g)) expect(target).toMatch(/^['"]?#/);
    expect(page).toContain("default-src 'none'");
  });

  it('gives the same page twice', () => {
    expect(renderReport(report)).toBe(renderReport(report));
  });

  it('escapes hostile text everywhere', () => {
    const media = { image: imageOf(report), film: filmOf(report) };
    const [plain, hostile] = ['x'.repeat(HOSTILE.length), HOSTILE].map((name) => elementsOf(renderReport(sample(name, media))));
    const tags = (elements: Element[] | undefined) => elements?.map(({ tagName }) => tagName);
    expect(named(hostile ?? [], 'script')).toEqual([]);
    expect(named(hostile ?? [], 'img')).toHaveLength(1);
    expect(tags(hostile)).toEqual(tags(plain));
    for (const element of hostile ?? []) for (const { name } of element.attrs) expect(name).not.toMatch(/^on/);
  });

  it('marks the best, not the reference; shows intervals', () => {
    const page = renderReport(report);
    expect(page).toMatch(/<strong title="best">2\.00<\/strong>/);
    expect(page).not.toMatch(/<strong title="best">0\.50/);
    expect(page).toContain('[1.50, 2.50]');
  });

  it('draws with the style sheet’s colours and keeps none of its stand-ins', () => {
    const page = renderReport(report);
    expect(page).toContain('stroke="var(--series-1)"');
    expect(page).not.toMatch(/#f000[01]\d|rgba?\(240/);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('bears empty sections', () => {
    const sections: Section[] = [
      { kind: 'lineChart', title: 'none', xLabel: 'x', yLabel: 'y', series: [] },
      { kind: 'lineChart', title: 'none', xLabel: 'x', yLabel: 'y', series: [{ name: 'a', points: [] }] },
      { kind: 'barChart', title: 'none', valueLabel: 'v', bars: [] },
      { kind: 'table', columns: [], rows: [] },
      { kind: 'images', rows: [] },
      { kind: 'films', films: [] },
      { kind: 'prose', paragraphs: [] },
    ];
    expect(named(elementsOf(renderReport({ title: 'empty', sections })), 'svg')).toHaveLength(3);
  });
});

describe('writeReport', () => {
  it('makes the folder, replaces the page whole, leaves nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      const inside = join(folder, 'a', 'report');
      const path = await writeReport(inside, report);
      await writeFile(path, 'old');
      expect(await writeReport(inside, report)).toBe(path);
      expect(await readFile(path, 'utf8')).toBe(renderReport(report));
      expect(await readdir(inside)).toEqual(['index.html']);
      await writeFile(join(folder, 'file'), '');
      await expect(writeReport(join(folder, 'file'), report)).rejects.toThrow(/EEXIST|ENOTDIR/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function imageOf({ sections }: Report) {
  const image = sections.flatMap((section) => (section.kind === 'images' ? section.rows.flatMap(({ images }) => images) : []))[0];
  if (image === undefined) throw new Error('the sample has no image');
  return image;
}

function filmOf({ sections }: Report) {
  const film = sections.flatMap((section) => (section.kind === 'films' ? section.films.map((entry) => entry.film) : []))[0];
  if (film === undefined) throw new Error('the sample has no film');
  return film;
}
