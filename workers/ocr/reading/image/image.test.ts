import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhotograph, imageType, UnreadableImageError } from './decode.ts';
import { measureQuality } from './gate.ts';
import { homography, orderCorners, project, type Corners } from './geometry.ts';
import { boxBlur, greyImage, turn, unturnPoint } from './grey.ts';
import { findPaper } from './paper.ts';
import { quadOnPhotograph, straighten, turnPage } from './straighten.ts';

const jpeg = (width: number, height: number, svg: string): Promise<Buffer> =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${svg}</svg>`))
    .flatten({ background: '#fff' })
    .jpeg()
    .toBuffer();
const stripes = Array.from(
  { length: 240 },
  (_, i) => `<rect x="${200 + (i % 24) * 24}" y="${150 + Math.floor(i / 24) * 40}" width="14" height="18" fill="#111"/>`,
).join('');

describe('decoding', () => {
  it('knows the three types by content', () => {
    expect(imageType(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe('jpeg');
    expect(imageType(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull();
    expect(imageType(Buffer.alloc(0))).toBeNull();
  });
  it('refuses SVG, truncated and broken images', async () => {
    const whole = await jpeg(800, 600, stripes);
    for (const bytes of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      whole.subarray(0, whole.length / 2),
      Buffer.concat([whole.subarray(0, 20), Buffer.alloc(400, 7)]),
      Buffer.alloc(0),
    ])
      await expect(decodePhotograph(bytes)).rejects.toBeInstanceOf(UnreadableImageError);
  });
  it('refuses a picture of too many pixels before decoding it', async () => {
    const bomb = await sharp({ create: { width: 8000, height: 8000, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await expect(decodePhotograph(bomb)).rejects.toBeInstanceOf(UnreadableImageError);
  });
  it('turns the photograph upright by its EXIF orientation', async () => {
    const sideways = await sharp(await jpeg(800, 600, stripes))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const photograph = await decodePhotograph(sideways);
    expect([photograph.width, photograph.height, photograph.grey.width, photograph.grey.height]).toEqual([600, 800, 600, 800]);
  });
});

describe('the gate', () => {
  it.each([
    ['too_small', 400, 300, stripes],
    ['too_dark', 1000, 750, '<rect width="1000" height="750" fill="#0a0a0a"/>'],
    ['no_text', 1000, 750, '<rect width="1000" height="750" fill="#999"/>'],
  ])('says %s', async (reason, width, height, svg) => {
    const photograph = await decodePhotograph(await jpeg(width, height, svg));
    expect(measureQuality(photograph.gateGrey, Math.max(width, height)).reasons).toContain(reason);
  });
  it('says blurred', async () => {
    const blurred = await sharp(await jpeg(1000, 750, stripes))
      .blur(6)
      .jpeg()
      .toBuffer();
    const { gateGrey } = await decodePhotograph(blurred);
    expect(measureQuality(gateGrey, 1000).reasons.length).toBeGreaterThan(0);
  });
  it('lets a sharp one through', async () => {
    const { gateGrey } = await decodePhotograph(await jpeg(1000, 750, stripes));
    expect(measureQuality(gateGrey, 1000).reasons).toEqual([]);
  });
});

describe('finding the paper', () => {
  it('finds a tilted sheet on a dark table within two hundredths', async () => {
    const corners: Corners = [
      [150, 110],
      [820, 60],
      [870, 560],
      [120, 640],
    ];
    const { small } = await decodePhotograph(
      await jpeg(
        1000,
        750,
        `<rect width="1000" height="750" fill="#4a3b30"/><polygon points="${corners.map((c) => c.join(',')).join(' ')}" fill="#e9e4d6"/>${stripes}`,
      ),
    );
    const paper = findPaper(small);
    expect(paper).not.toBeNull();
    corners.forEach(([x, y], i) => {
      expect(paper?.corners[i]?.[0]).toBeCloseTo(x / 1000, 1.5);
      expect(Math.abs((paper?.corners[i]?.[1] ?? 0) - y / 750)).toBeLessThan(0.02);
    });
  });
  it('finds none where there is none', async () => {
    const { small } = await decodePhotograph(await jpeg(1000, 750, '<rect width="1000" height="750" fill="#888"/>'));
    expect(findPaper(small)).toBeNull();
  });
});

describe('geometry', () => {
  const from: Corners = [
    [0, 0],
    [100, 0],
    [100, 50],
    [0, 50],
  ];
  const to: Corners = [
    [10, 12],
    [90, 5],
    [97, 60],
    [3, 55],
  ];
  it('maps corners to corners and back', () => {
    from.forEach((point, i) =>
      project(homography(from, to), point).forEach((v, k) => expect(v).toBeCloseTo(to[i]?.[k] ?? NaN, 6)),
    );
    const [x, y] = project(homography(to, from), project(homography(from, to), [33, 21]));
    expect([x, y].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([33, 21]);
  });
  it('puts corners clockwise from the top left', () =>
    expect(
      orderCorners([
        [97, 60],
        [90, 5],
        [10, 12],
        [3, 55],
      ]),
    ).toEqual(to));

  it('turns images and points alike', () => {
    const image = greyImage(3, 2);
    image.data.set([1, 2, 3, 4, 5, 6]);
    expect([...turn(image, 90).data]).toEqual([4, 1, 5, 2, 6, 3]);
    expect([...turn(image, 180).data]).toEqual([6, 5, 4, 3, 2, 1]);
    expect([...turn(turn(image, 90), 270).data]).toEqual([...image.data]);
    expect(unturnPoint([0, 0], 90, 3, 2)).toEqual([0, 2]);
    expect(unturnPoint([0, 0], 270, 3, 2)).toEqual([3, 0]);
  });

  it('blurs an even image to itself', () => {
    const even = greyImage(9, 7);
    even.data.fill(77);
    expect([...boxBlur(even, 2).data].every((v) => v === 77)).toBe(true);
  });

  it('leads from a box on the upright page back to the photograph', () => {
    const grey = greyImage(400, 300);
    const corners: Corners = [
      [40, 30],
      [360, 30],
      [360, 270],
      [40, 270],
    ];
    const page = turnPage(straighten(grey, corners, 0.5, { minLongSide: 320, maxLongSide: 320 }), 180);
    const { width, height } = page.image;
    const quad = quadOnPhotograph(page, { x0: 0, y0: 0, x1: width, y1: height });
    // Upside down: the page's top left is the paper's bottom right, a margin of 1.2 % around it.
    expect(quad[0]?.[0]).toBeCloseTo(0.91, 1);
    expect(quad[0]?.[1]).toBeCloseTo(0.91, 1);
    expect(quad[2]?.[0]).toBeCloseTo(0.09, 1);
  });
});
