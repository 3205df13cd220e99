import { buildAll } from '#deploy/local/building.ts';

/** Test files run side by side; none of them builds while another one starts what is built. */
export default async function setup(): Promise<void> {
  await buildAll((line) => console.log(line));
}
