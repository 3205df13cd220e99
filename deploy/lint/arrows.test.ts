import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

/** The lint rule that keeps ARCHITECTURE.md's arrows true, asked about imports that should and should not pass. */
const eslint = new ESLint({
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-imports',
});

async function refused(filePath: string, imported: string): Promise<boolean> {
  const [result] = await eslint.lintText(`import ${JSON.stringify(imported)};\n`, { filePath });
  if (result?.fatalErrorCount) throw new Error(result.messages[0]?.message);
  return (result?.errorCount ?? 0) > 0;
}

describe('who may import whom', () => {
  it.each([
    ['shared/contracts/x.ts', '#shared/domain/plates.ts'],
    ['shared/contracts/x.ts', '../domain/plates.ts'],
    ['shared/domain/x.ts', '#shared/node/logger.ts'],
    ['shared/node/x.ts', '#db/connect.ts'],
    ['db/x.ts', '#server/node.ts'],
    ['server/documents/x.ts', '#workers/config.ts'],
    ['server/documents/x.ts', '../../workers/config.ts'],
    ['workers/ocr/x.ts', '#server/documents/documents.routes.ts'],
    ['workers/ocr/x.ts', '#client/src/lib/api.ts'],
    ['client/src/lib/x.ts', '#shared/node/logger.ts'],
    ['client/src/lib/x.ts', '#db/connect.ts'],
    ['client/src/lib/x.ts', '../../../server/node.ts'],
  ])('%s may not import %s', async (file, imported) => {
    expect(await refused(file, imported)).toBe(true);
  });

  it.each([
    ['shared/domain/x.ts', '#shared/contracts/ids.ts'],
    ['db/x.ts', '#shared/node/config.ts'],
    ['server/documents/x.ts', '#db/connect.ts'],
    ['server/documents/x.ts', '../live/topic.ts'],
    ['workers/ocr/x.ts', '#server/documents/readings.service.ts'],
    ['client/src/lib/x.ts', '#shared/domain/plates.ts'],
  ])('%s may import %s', async (file, imported) => {
    expect(await refused(file, imported)).toBe(false);
  });
});
