import js from '@eslint/js';
import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { boundaries, modelPackages, tensorflowFree } from './tools/lint/boundaries.js';

// The boundary rule reads the stored graph of packages and is silent where there is none: make it first.
await createProjectGraphAsync({ exitOnError: true });

const tests = ['**/*.test.ts', '**/*.test.fixture.ts', 'tests/**/*.ts'];
const sources = (names) => names.map((name) => `packages/${name}/src/**/*.ts`);

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '**/test-results/',
      '.nx/',
      'tests/goldens/',
      'tests/sample-data/',
    ],
  },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-param-reassign': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'always' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // Knowing the arguments' type at the call is worth a parameter that stands once.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // These few lines belong to no TypeScript project.
    files: ['**/vitest.config.ts', 'vitest.shared.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'tools/*/src/**/*.ts', 'tests/*.ts'],
    ignores: ['tests/vitest.config.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', boundaries] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: tests,
    rules: {
      // What a library has to say it returns, throws or hands to a callback.
      'no-console': ['error', { allow: ['warn', 'error'] }],
    },
  },
  {
    // Tensors and plain records in, tensors and plain records out.
    files: sources(modelPackages),
    ignores: tests,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            ...['node:fs', 'node:fs/promises', 'fs', 'fs/promises', 'kafkajs'].map((name) => ({
              name,
              message: 'Model packages know neither files nor Kafka: take tensors or plain records.',
            })),
            datasetTypesOnly(),
          ],
        },
      ],
    },
  },
  {
    files: sources(['training']),
    ignores: tests,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: [datasetTypesOnly()] }] },
  },
  {
    // The allow-list of packages lets none that use TensorFlow in; this says why where the engine is named directly.
    files: sources(tensorflowFree),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(@tensorflow/|@borealis/(tensor|training)(/|$))',
              message: 'This package is free of TensorFlow: whoever installs it gets none of it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: tests,
    rules: {
      // expect.stringMatching() and its kin are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: nodeGlobals() },
  },
);

function datasetTypesOnly() {
  return {
    name: '@borealis/dataset',
    allowTypeImports: true,
    message: "Of the dataset only types are known here: write 'import type'.",
  };
}

function nodeGlobals() {
  const names = [
    'Buffer',
    'URL',
    'clearInterval',
    'clearTimeout',
    'console',
    'fetch',
    'process',
    'setInterval',
    'setTimeout',
  ];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
