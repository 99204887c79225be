import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const nodeBuiltins = [...new Set(builtinModules.map((name) => name.split('/')[0]))].filter(
  (name) => !name.startsWith('_'),
);

/** What workflow code may import; the expression tells what lies outside of its folder. */
const workflowImports = (outside) => [
  'error',
  {
    paths: nodeBuiltins.map((name) => ({ name, message: 'Node built-ins are not deterministic.' })),
    patterns: [
      { group: ['node:*'], message: 'Node built-ins are not deterministic.' },
      {
        regex: outside,
        allowTypeImports: true,
        message: 'Workflows import only the contract and pure domain modules; use `import type` for the rest.',
      },
      {
        group: ['@temporalio/*', '!@temporalio/workflow', '!@temporalio/common'],
        allowTypeImports: true,
        message: 'Only @temporalio/workflow and @temporalio/common load inside the sandbox.',
      },
    ],
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.cache/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.json' })] },
    rules: {
      eqeqeq: 'error',
      'object-shorthand': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'import-x/order': [
        'error',
        {
          groups: ['builtin', 'external', 'internal', 'parent', 'sibling', 'index'],
          'newlines-between': 'ignore',
        },
      ],
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'emulator/**/*.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'error' },
  },
  {
    // Activity factories are typed with ReturnType, so their return type is inferred on purpose.
    files: ['src/activities/**/*.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    // Workflow code runs in a deterministic sandbox: of the project it may use the contract, pure domain modules and
    // activity types only.
    files: ['src/workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': workflowImports('^\\.\\./(?!contract(/|$))'),
    },
  },
  {
    files: ['src/workflows/*/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': workflowImports('^\\.\\./\\.\\./(?!contract(/|$))'),
    },
  },
  {
    // The fake API stands in for the real one, so it must not share code with what it tests.
    files: ['emulator/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '(^|/)src(/|$)', message: 'The emulator must not import src.' }] },
      ],
    },
  },
  {
    files: ['src/contract/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^\\.\\.(/|$)', message: 'The contract imports nothing else of this project.' }] },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        require: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
      },
    },
  },
);
