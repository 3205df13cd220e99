/** One closed wave around the origin: `petals` swings of `swing` about `radius`, as SVG path data. */
export function rosettePath(petals: number, radius: number, swing: number): string {
  const count = petals * 14;
  const points = Array.from({ length: count }, (_, index) => {
    const angle = (index / count) * 2 * Math.PI;
    const distance = radius + swing * Math.sin(petals * angle);
    return `${(distance * Math.cos(angle)).toFixed(1)} ${(distance * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join('L')}Z`;
}
