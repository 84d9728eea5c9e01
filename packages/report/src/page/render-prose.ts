import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ProseSection } from '../report.ts';

export type Html = VNode | VNode[];

export function renderProse({ paragraphs }: ProseSection): Html {
  return html`<div class="prose">${paragraphs.map((text) => html`<p>${inline(text)}</p>`)}</div>`;
}

/** Text with `code` and **strong** set so. */
export function inline(text: string): (string | Html)[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.length > 2 && part.startsWith('`') && part.endsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.length > 4 && part.startsWith('**') && part.endsWith('**')) {
      return html`<strong>${part.slice(2, -2)}</strong>`;
    }
    return part;
  });
}
