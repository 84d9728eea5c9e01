import { html } from 'htm/preact';
import type { FilmsSection, ImagesSection } from '../report.ts';
import { inline } from './render-prose.ts';
import type { Html } from './render-prose.ts';

export function renderImages({ caption, columns = [], rows, scale = 1 }: ImagesSection): Html {
  const across = Math.max(1, columns.length, ...rows.map(({ images }) => images.length));
  const titled = columns.some((title) => title !== '');
  return html`<figure class="images">
    ${caption !== undefined && html`<figcaption>${inline(caption)}</figcaption>`}
    <div class="scroll">
      <table>
        ${
          titled &&
          html`<thead>
            <tr>
              <td></td>
              ${Array.from({ length: across }, (_, i) => html`<th scope="col">${columns[i] ?? ''}</th>`)}
            </tr>
          </thead>`
        }
        <tbody>
          ${rows.map(
            ({ label, images }) =>
              html`<tr>
                <th scope="row">${label}</th>
                ${Array.from({ length: across }, (_, i) => {
                  const image = images[i];
                  if (image === undefined) return html`<td></td>`;
                  const alt = [label, columns[i] ?? ''].filter((part) => part !== '').join(', ');
                  return html`<td>
                    <img src=${dataUri('image/png', image.png)} width=${image.width * scale} height=${image.height * scale} alt=${alt} />
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </figure>`;
}

export function renderFilms({ caption, films }: FilmsSection): Html {
  return html`<figure class="films">
    ${caption !== undefined && html`<figcaption>${inline(caption)}</figcaption>`}
    <div class="row">
      ${films.map(
        ({ label, film }) =>
          html`<div>
            <video
              controls
              loop
              muted
              playsinline
              preload="metadata"
              width=${film.width}
              height=${film.height}
              aria-label=${label}
              poster=${dataUri('image/png', film.poster)}
              src=${dataUri('video/mp4', film.mp4)}
            ></video>
            <p class="note">${label} · ${film.frameCount} frames, ${film.fps} Hz</p>
          </div>`,
      )}
    </div>
  </figure>`;
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}
