import type { TestProject } from 'vitest/node';
import { buildAll } from '#deploy/local/building.ts';
import { makeStackTemplate, removeStackTemplate } from '#deploy/local/stack-template.ts';

/** Test files run side by side; none of them builds while another one starts what is built, nor makes again what all begin with. */
export default async function setup(project: TestProject): Promise<() => void> {
  const say = (line: string): void => console.log(line);
  await buildAll(say);
  const template = await makeStackTemplate(say);
  project.provide('stackTemplate', template);
  return () => removeStackTemplate(template);
}
