import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * The arrows of ARCHITECTURE.md: what each area may import of the others. Areas import each other by `#`, never relatively,
 * so that this table is all there is to know.
 */
const ARROWS = {
  'shared/contracts': ['shared/contracts/'],
  'shared/domain': ['shared/contracts/', 'shared/domain/'],
  'shared/node': ['shared/'],
  db: ['shared/', 'db/'],
  server: ['shared/', 'db/', 'server/'],
  // Of the server, use-cases only.
  workers: ['shared/', 'db/', 'workers/', 'server/[^.]+\\.service\\.ts$'],
  client: ['shared/contracts/', 'shared/domain/', 'client/'],
  // Starts the processes and drives them from outside; knows their settings and the database's migrations.
  deploy: ['shared/', 'db/', 'deploy/', 'server/config\\.ts$', 'workers/config\\.ts$'],
  // Measures the real pieces.
  loadtest: ['shared/', 'db/', 'server/', 'workers/', 'client/src/lib/live/', 'loadtest/', 'deploy/local/', 'deploy/e2e/'],
};

const forbid = (regex, message) => ({ regex, message });
const areaRules = Object.entries(ARROWS).map(([area, allowed]) => ({
  files: [`${area}/**/*.{ts,svelte}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          forbid(`^#(?!${allowed.join('|')})`, `${area}/ may import only ${allowed.join(', ')} (ARCHITECTURE.md).`),
          forbid('^(\\.\\./)+(shared|db|server|workers|client|deploy|loadtest)/', 'Other areas are imported by #.'),
          ...(area.startsWith('shared/')
            ? [forbid('^(\\.\\./)+(contracts|domain|node)/', 'Other areas are imported by #.')]
            : []),
        ],
      },
    ],
  },
}));

const nodeFiles = ['{shared,db,server,workers,deploy,loadtest}/**/*.ts', '*.config.ts'];
const clientFiles = ['client/**/*.ts', 'client/**/*.svelte'];

export default ts.config(
  { ignores: ['node_modules/', '.local/', 'client/build/', 'client/.svelte-kit/', 'loadtest/results/'] },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  ...areaRules,
  // drizzle-kit reads the schema with a loader that knows no # imports; tests may reach for the real neighbours.
  {
    files: ['db/schema/*.ts', '**/*.test.ts', '**/testing/**/*.ts', 'deploy/e2e/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: nodeFiles,
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { globals: globals.node, parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // Texts travel with every page: what they import travels too.
  {
    files: ['client/src/lib/i18n/messages/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^#', message: 'A catalogue imports texts and types only.', allowTypeImports: true }] },
      ],
    },
  },
  // Matchers are typed any.
  { files: ['**/*.test.ts', '**/testing/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  {
    files: clientFiles,
    languageOptions: {
      globals: globals.browser,
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] },
    },
    // The compiler knows what is defined; the pages have fixed addresses.
    rules: { 'no-undef': 'off', 'svelte/no-navigation-without-resolve': 'off' },
  },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: globals.node } },
  { rules: { '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] } },
);
