import { MONO, MONO_ADVANCE, SANS } from '../fonts.ts';

/** A rectangle in pixels of the document. */
export interface DocumentBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** One side of a document as SVG, with where its fields stand. */
export interface DocumentPage {
  readonly layout: string;
  readonly width: number;
  readonly height: number;
  readonly svg: string;
  readonly boxes: Readonly<Record<string, DocumentBox>>;
}

export interface PageBuilder {
  label(
    x: number,
    y: number,
    text: string,
    size?: number,
    style?: { bold?: boolean; colour?: string; anchor?: 'start' | 'middle' },
  ): void;
  /** A value in the fixed-width face; `field` records its place. */
  value(x: number, y: number, text: string, size: number, options?: { field?: string; bold?: boolean; colour?: string }): void;
  raw(svg: string): void;
  done(layout: string): DocumentPage;
}

/** Collects the elements of a page. `background` is SVG that fills it. */
export function createPage(width: number, height: number, background: string): PageBuilder {
  const elements: string[] = [background];
  const boxes: Record<string, DocumentBox> = {};
  return {
    label(x, y, text, size = 20, { bold = false, colour = '#222', anchor = 'start' } = {}) {
      elements.push(
        `<text x="${x}" y="${y}" font-family="${SANS}" font-size="${size}" font-weight="${bold ? 700 : 400}" fill="${colour}" text-anchor="${anchor}">${escape(text)}</text>`,
      );
    },
    value(x, y, text, size, { field, bold = false, colour = '#14141c' } = {}) {
      elements.push(
        `<text x="${x}" y="${y}" font-family="${MONO}" font-size="${size}" font-weight="${bold ? 700 : 400}" fill="${colour}" xml:space="preserve">${escape(text)}</text>`,
      );
      if (field)
        boxes[field] = {
          x,
          y: Math.round(y - size * 0.78),
          w: Math.round(text.length * size * MONO_ADVANCE),
          h: Math.round(size * 0.84),
        };
    },
    raw: (svg) => void elements.push(svg),
    done: (layout) => ({
      layout,
      width,
      height,
      boxes,
      svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${elements.join('')}</svg>`,
    }),
  };
}

/** A tint with faint wavy lines, as security paper has. */
export function securityPaper(width: number, height: number, from: string, to: string, line: string): string {
  const waves = Array.from({ length: Math.ceil(height / 46) }, (_, i) => {
    const y = 20 + i * 46;
    return `<path d="M0 ${y} q ${width / 8} -34 ${width / 4} 0 t ${width / 4} 0 t ${width / 4} 0 t ${width / 4} 0" fill="none" stroke="${line}" stroke-width="1.2" opacity="0.35"/>`;
  }).join('');
  return `<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/>${waves}`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
